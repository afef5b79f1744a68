/** What a bench leaves in `docs/`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, getFileInfo, resolveConfig } from 'prettier';

/** Writes files into `folder`, which is made if it is not there, formatted as every file of the project where Prettier knows how. @param files their texts by name */
export async function writeDocs(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const filepath = join(folder, name);
    const { inferredParser } = await getFileInfo(filepath);
    const config = await resolveConfig(filepath);
    writeFileSync(filepath, inferredParser === null ? text : await format(text, { ...config, filepath }));
  }
}

/** Every variable that the relay looks for in its environment. */
import { readConfig } from '../../relay/config.ts';

export function variables(): string[] {
  const asked = new Set<string>();
  const noticing = new Proxy<Record<string, string>>({}, { get: (_, name) => void asked.add(String(name)) });
  readConfig(noticing);
  return [...asked];
}

/** `npm test`: builds, checks and tests everything, and ends with one line that counts what passed and what failed. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const REPORT = `${ROOT}artifacts/vitest.json`;

/** The part of vitest's JSON report that is read here. */
interface Report {
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { fullName: string; status: string; meta: { skipped?: string } }[];
  }[];
}

interface Count {
  passed: number;
  failed: number;
  skipped: string[];
}

function succeeds(title: string, command: string, args: string[]): boolean {
  console.log(`\n> ${title}`);
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  return status === 0;
}

/** Counts every test, and a file that could not even be loaded as one failure. */
function count({ testResults }: Report): Count {
  const total: Count = { passed: 0, failed: 0, skipped: [] };
  for (const file of testResults) {
    const before = total.failed;
    const unknown = file.status === 'failed' ? 'the preparation of its tests failed' : 'no reason given';
    for (const { fullName, status, meta } of file.assertionResults) {
      if (status === 'passed') total.passed++;
      else if (status === 'failed') total.failed++;
      else total.skipped.push(`${fullName}: ${meta.skipped ?? unknown}`);
    }
    if (file.status === 'failed' && total.failed === before) total.failed++;
  }
  return total;
}

function readReport(): Report | undefined {
  try {
    return JSON.parse(readFileSync(REPORT, 'utf8')) as Report;
  } catch {
    return undefined;
  }
}

const steps: [title: string, script: string][] = [
  ['build', 'build'],
  ['lint', 'lint'],
  ['types', 'check'],
];
const broken = steps.filter(([title, script]) => !succeeds(title, 'npm', ['run', '--silent', script]));

// A report of an earlier run must not be counted as this one's.
rmSync(REPORT, { force: true });
const vitestPassed = succeeds('tests', process.execPath, ['node_modules/vitest/vitest.mjs', 'run']);
const report = readReport();
const { passed, failed, skipped } = report ? count(report) : { passed: 0, failed: 0, skipped: [] };

const problems = broken.map(([title]) => `${title} failed`);
// An error outside any test, or no report at all, fails the run without failing a test.
if (!vitestPassed && failed === 0)
  problems.push(report ? 'an error outside of the tests' : 'the tests did not run');

console.log();
for (const line of skipped) console.log(`skipped: ${line}`);
for (const line of problems) console.log(`failed: ${line}`);
const failures = failed + problems.length;
console.log(
  `${String(passed)} passed, ${String(failures)} failed${skipped.length > 0 ? `, ${String(skipped.length)} skipped` : ''}`,
);
process.exitCode = failures > 0 || passed === 0 ? 1 : 0;

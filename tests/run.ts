/**
 * `npm test`: builds, checks and tests everything, and ends with one line that counts what passed and what failed.
 * Where few files failed they are run once more, alone: what then passes counts as passed and is named as unsteady, with
 * what it said the first time. An unsteady test is a bug of the product or of the test, and its line is where to begin.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** More failing files than this are no accident of the machine. */
const UNSTEADY_FILES_MAX = 2;

interface TestResult {
  fullName: string;
  status: string;
  meta: { skipped?: string };
  failureMessages: string[];
}

/** The part of vitest's JSON report that is read here. */
interface Report {
  testResults: { name: string; status: string; message: string; assertionResults: TestResult[] }[];
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

/** Runs vitest over everything, or over these files. @returns undefined when it left no report. */
function runTests(title: string, name: string, files: string[] = []): { passed: boolean; report?: Report } {
  const path = `${ROOT}artifacts/${name}.json`;
  // A report of an earlier run must not be counted as this one's.
  rmSync(path, { force: true });
  const args = ['node_modules/vitest/vitest.mjs', 'run', `--outputFile.json=${path}`, ...files];
  const passed = succeeds(title, process.execPath, args);
  try {
    return { passed, report: JSON.parse(readFileSync(path, 'utf8')) as Report };
  } catch {
    return { passed };
  }
}

const firstLine = (text = ''): string => text.split('\n')[0] ?? '';

/** What failed in `first` and passed in `again`, with the first line of what it said when it failed. */
function unsteadyIn(first: Report, again: Report): string[] {
  const passed = new Set(
    again.testResults.flatMap(({ name, status, assertionResults }) => [
      ...(status === 'passed' ? [name] : []),
      ...assertionResults.filter((test) => test.status === 'passed').map(({ fullName }) => name + fullName),
    ]),
  );
  return first.testResults.flatMap(({ name, message, assertionResults }) => {
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0 && passed.has(name)) return [`${relative(ROOT, name)}: ${firstLine(message)}`];
    return failed
      .filter(({ fullName }) => passed.has(name + fullName))
      .map(({ fullName, failureMessages }) => `${fullName}: ${firstLine(failureMessages[0])}`);
  });
}

const steps: [title: string, script: string][] = [
  ['build', 'build'],
  ['lint', 'lint'],
  ['types', 'check'],
];
const broken = steps.filter(([title, script]) => !succeeds(title, 'npm', ['run', '--silent', script]));

let run = runTests('tests', 'vitest');
let unsteady: string[] = [];
const failing = run.report?.testResults.filter(({ status }) => status === 'failed') ?? [];
if (run.report && failing.length > 0 && failing.length <= UNSTEADY_FILES_MAX) {
  const files = failing.map(({ name }) => name);
  const again = runTests('what failed, once more', 'vitest-again', files);
  if (again.report) {
    unsteady = unsteadyIn(run.report, again.report);
    const others = run.report.testResults.filter(({ name }) => !files.includes(name));
    run = { passed: again.passed, report: { testResults: [...others, ...again.report.testResults] } };
  }
}

const { passed, failed, skipped } = run.report ? count(run.report) : { passed: 0, failed: 0, skipped: [] };
const problems = broken.map(([title]) => `${title} failed`);
// An error outside any test, or no report at all, fails the run without failing a test.
if (!run.passed && failed === 0)
  problems.push(run.report ? 'an error outside of the tests' : 'the tests did not run');

console.log();
for (const line of skipped) console.log(`skipped: ${line}`);
for (const line of unsteady) console.log(`unsteady, passed at the second try: ${line}`);
for (const line of problems) console.log(`failed: ${line}`);
const failures = failed + problems.length;
console.log(
  `${String(passed)} passed, ${String(failures)} failed${skipped.length > 0 ? `, ${String(skipped.length)} skipped` : ''}`,
);
process.exitCode = failures > 0 || passed === 0 ? 1 : 0;

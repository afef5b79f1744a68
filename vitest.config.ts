import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import type { Reporter } from 'vitest/node';

/** Carries the reason given to `skip(reason)` into the JSON report, which would drop it. */
const skipReasons: Reporter = {
  onTestCaseResult(testCase) {
    const result = testCase.result();
    if (result.state === 'skipped') Object.assign(testCase.meta(), { skipped: result.note });
  },
};

const project = (
  name: string,
  include: string[],
  test: TestProjectInlineConfiguration['test'] = {},
): TestProjectInlineConfiguration => ({ test: { name, include, environment: 'node', ...test } });

export default defineConfig({
  test: {
    reporters: ['default', 'json', skipReasons],
    outputFile: { json: 'artifacts/vitest.json' },
    projects: [
      // Seconds each on a quiet machine; on a busy one they take longer and fail no sooner.
      project('unit', ['tests/*.test.ts', 'tests/unit/**/*.test.ts'], {
        testTimeout: 30_000,
        setupFiles: ['tests/unit/english.ts'],
      }),
      project('relay', ['tests/relay/**/*.test.ts'], { testTimeout: 30_000, hookTimeout: 30_000 }),
      // Eight hundred screens: many seconds of two cores.
      project('screens', ['tests/gallery/**/*.test.ts'], { testTimeout: 180_000, hookTimeout: 90_000 }),
      // Two browsers at once are what this machine can carry, and they come after everything that needs none.
      project('e2e', ['tests/e2e/**/*.test.ts', 'tests/net/**/*.test.ts'], {
        fileParallelism: false,
        sequence: { groupOrder: 1 },
        testTimeout: 90_000,
        hookTimeout: 90_000,
      }),
    ],
  },
});

/** Loaded before each server (`--import`, with `--expose-gc`): collects garbage when asked, so that memory compares. */
process.on('SIGUSR2', () => {
  for (let times = 0; times < 3; times++) globalThis.gc();
});

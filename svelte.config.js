/** Read by the build, by svelte-check and by editors. svelte-check is pointed here: it would load vite.config.ts, whose plugin empties dist/. */
export default { compilerOptions: { runes: true } };

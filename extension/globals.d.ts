/** The relay a fresh install is offered, from `RELAY_URL` when the extension was built. */
declare const __RELAY_URL__: string;

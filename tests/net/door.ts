/** Opens 127.0.0.1:PORT as a way to the same port of another host: `door.ts PORT ADDRESS`. */
import { connect, createServer } from 'node:net';

const [port, address] = process.argv.slice(2);
const server = createServer({ noDelay: true }, (here) => {
  const there = connect({ host: String(address), port: Number(port), noDelay: true });
  here.pipe(there).pipe(here);
  // Either end takes the other with it.
  here.on('error', () => there.destroy()).on('close', () => there.destroy());
  there.on('error', () => here.destroy()).on('close', () => here.destroy());
});
server.listen(Number(port), '127.0.0.1', () => console.log('open'));

/** peerjs-server as it comes, except that nobody is sent away during a bench. */
import { PeerServer } from 'peer';

PeerServer(
  { host: '127.0.0.1', port: 0, path: '/', alive_timeout: 3_600_000, concurrent_limit: 100_000 },
  (server) => console.log(JSON.stringify({ port: server.address().port })),
);

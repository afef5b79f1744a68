/** Serves the bench's plain pages and tells everybody everything, as the tutorials' servers do: `plain-server.ts PORT ADDRESS`. */
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';

const SIMPLE_PEER = fileURLToPath(
  new URL('../../node_modules/simple-peer/simplepeer.min.js', import.meta.url),
);
const PAGE = `<!doctype html><title>Call</title><link rel="icon" href="data:,">
<style>body{margin:0}#theirs{width:100%}#mine{width:20%}</style>
<video id="theirs" autoplay playsinline></video><video id="mine" autoplay playsinline muted></video>
<script src="/simplepeer.min.js"></script>`;

const [port, address] = process.argv.slice(2);
const server = createServer((request, response) => {
  if (request.url === '/simplepeer.min.js') {
    response.setHeader('Content-Type', 'text/javascript');
    createReadStream(SIMPLE_PEER).pipe(response);
    return;
  }
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(PAGE);
});
const everybody = new WebSocketServer({ server });
everybody.on('connection', (socket) => {
  socket.on('message', (data) => {
    for (const one of everybody.clients) one.send(data.toString());
  });
});
server.listen(Number(port), address, () => console.log('open'));

/**
 * The least that forwards: a name, a Map, and the text passed on to whose name its first 43 characters are. The name is
 * in the URL; where there is none, the first message is the name, and is answered.
 */
import { WebSocketServer } from 'ws';

const AS_TEXT = { binary: false };
const links = new Map();
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });

function join(socket, name) {
  links.set(name, socket);
  socket.on('message', (data) => links.get(data.latin1Slice(0, 43))?.send(data, AS_TEXT));
  socket.on('close', () => links.delete(name));
}

server.on('connection', (socket, { url }) => {
  socket.on('error', () => {});
  if (url !== '/') return join(socket, url.slice(1));
  socket.once('message', (data) => {
    join(socket, data.toString());
    socket.send('welcome');
  });
});
server.on('listening', () => console.log(JSON.stringify({ port: server.address().port })));

/** A relay on a free port and its clients, all closed when the test ends. */
import { onTestFinished } from 'vitest';
import { createRelay, type CreateRelayOptions, type Relay } from '../../relay/server.ts';
import { type DialOptions, type Frame, Link, Person } from './independent-client.ts';

export interface Online {
  person: Person;
  address: string;
  link: Link;
  welcome: Frame;
}

export async function startRelay(options: CreateRelayOptions = {}): Promise<Relay> {
  const relay = await createRelay({ port: 0, ...options });
  onTestFinished(() => relay.close());
  return relay;
}

export async function dial(relay: Relay, options?: DialOptions): Promise<Link> {
  const link = await Link.dial(relay.url, options);
  onTestFinished(() => link.socket.terminate());
  return link;
}

/** A person with a link that has logged in. */
export async function goOnline(relay: Relay, person = new Person(), options?: DialOptions): Promise<Online> {
  const link = await dial(relay, options);
  const welcome = await link.logIn(person);
  return { person, address: person.address, link, welcome };
}

/** Two people who have each other on their lists, and have heard so. */
export async function goOnlineTogether(relay: Relay): Promise<{ alice: Online; bob: Online }> {
  const alice = await goOnline(relay);
  const bob = await goOnline(relay);
  alice.link.send({ type: 'watch', addresses: [bob.address] });
  await alice.link.everythingSoFar();
  bob.link.send({ type: 'watch', addresses: [alice.address] });
  await bob.link.frame('presence');
  await alice.link.frame('presence');
  return { alice, bob };
}

/** That mail flows from one to the other: what a neighbour must be able to do whatever else happens. */
export async function exchangeMail(from: Online, to: Online, ref = 1): Promise<void> {
  from.link.mail(to.address, ref);
  const event = await to.link.next();
  if (event.kind !== 'mail' || event.from !== from.address || event.ref !== ref) {
    throw new Error(`no mail: ${JSON.stringify(event)}`);
  }
}

/** What a cluster needs of the network between its nodes; `nats.ts` is the one there is. */

export interface BusMessage {
  subject: string;
  payload: Buffer;
  /** Where the sender wants an answer; empty if nowhere. */
  answerTo: string;
  /** Not a message but the word that nobody listens on the subject of a request. */
  isUnheard: boolean;
}

export interface Bus {
  /** Whether messages go out and come in. Local links do not depend on it. */
  readonly state: 'up' | 'down';
  /** Calls `listener` after each change of `state`. */
  onChange(listener: () => void): void;
  /** Sends a message, in order. While the bus is down it is dropped, never kept: what it says may be wrong by then. */
  publish(subject: string, payload: Buffer, answerTo?: string): void;
  /**
   * Hears a subject, also after the bus was down. Own messages are not heard.
   * @param queue each message goes to one of those that hear the subject in this queue.
   * @returns the function that ends it.
   */
  subscribe(subject: string, take: (message: BusMessage) => void, queue?: string): () => void;
  close(): Promise<void>;
}

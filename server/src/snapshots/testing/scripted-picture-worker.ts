/** Stands in for `picture-worker.ts` in tests: the first byte of a key frame says what becomes of the process. */
import type { PictureReply, PictureRequest } from '../picture-protocol.ts';

export const DEED = { answer: 0, die: 1, hang: 2, grow: 3, babble: 4, refuse: 5, lie: 6 } as const;

if (process.send !== undefined && import.meta.main) {
  const send = (reply: PictureReply) => process.send?.(reply);
  process.on('disconnect', () => {
    // oxlint-disable-next-line no-restricted-properties -- a stand-in that hangs must not outlive the test
    process.exit();
  });
  process.on('message', (message) => {
    // The test's server side sends exactly this.
    const { id, data } = message as PictureRequest;
    switch (data[0]) {
      case DEED.die:
        process.kill(process.pid, 'SIGSEGV');
        return;
      case DEED.hang:
        return;
      case DEED.babble:
        send({ type: 'problem', id: id + 1000, problem: 'undecodable', rssBytes: 0 });
        return;
      case DEED.lie:
        process.send?.({ type: 'pictures', id }); // without any, and no reply of the protocol
        return;
      case DEED.refuse:
        send({ type: 'problem', id, problem: 'undecodable', rssBytes: 0 });
        return;
      default: {
        const bytes = Buffer.from(String(process.pid));
        const rssBytes = data[0] === DEED.grow ? 2 ** 40 : 0;
        send({
          type: 'pictures',
          id,
          pictures: [{ size: 320, format: 'jpeg', width: 320, height: 180, bytes }],
          rssBytes,
        });
      }
    }
  });
  send({ type: 'ready', canWork: true });
}

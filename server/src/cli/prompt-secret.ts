/** Asks at the terminal without showing what is typed. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { AppError } from '@pantau/base/errors';

export interface Terminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** @returns one line, without its end. @throws AppError USAGE when the person ends the input or presses Ctrl+C. */
export async function promptSecret(question: string, { input, output }: Terminal): Promise<string> {
  // The line editor (backspace, Ctrl+U, UTF-8) does its work, and what it would draw goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const editor = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  // Only now: until the editor has the terminal, the terminal itself shows what is typed.
  output.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      const cancel = () => reject(new AppError('cancelled', 'USAGE', 'Cancelled; nothing was changed.'));
      editor.once('line', resolve).once('SIGINT', cancel).once('close', cancel);
    });
  } finally {
    editor.close();
    output.write('\n');
  }
}

import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { promptSecret } from './prompt-secret.ts';

function terminal() {
  const input = new PassThrough();
  const output = new PassThrough();
  return { input, output, shown: () => String(output.read() ?? '') };
}

describe('promptSecret', () => {
  it.each([
    ['a line', 'kata sandi\r', 'kata sandi'],
    ['spaces at both ends', ' kata \r', ' kata '],
    ['what is not ASCII', 'café 🐈\r', 'café 🐈'],
    ['corrections', 'kataX\x7f sandi\r', 'kata sandi'],
    ['a line that is begun anew', 'salah\x15benar\r', 'benar'],
    ['nothing', '\r', ''],
  ])('reads %s and shows none of it', async (_name, typed, read) => {
    const { input, output, shown } = terminal();
    const asked = promptSecret('Password: ', { input, output });
    input.write(typed);
    expect(await asked).toBe(read);
    expect(shown()).toBe('Password: \n');
  });

  it('reads again from the same terminal', async () => {
    const { input, output, shown } = terminal();
    for (const word of ['satu', 'dua']) {
      const asked = promptSecret('? ', { input, output });
      input.write(`${word}\r`);
      expect(await asked).toBe(word);
    }
    expect(shown()).toBe('? \n? \n');
  });

  it.each([
    ['Ctrl+C', '\x03'],
    ['Ctrl+C after some letters', 'kata\x03'],
    ['Ctrl+D', '\x04'],
  ])('ends with %s', async (_name, typed) => {
    const { input, output } = terminal();
    const asked = promptSecret('? ', { input, output });
    const ended = expect(asked).rejects.toMatchObject({ code: 'USAGE' });
    input.write(typed);
    await ended;
  });

  it('ends when the terminal goes away', async () => {
    const { input, output } = terminal();
    const asked = promptSecret('? ', { input, output });
    const ended = expect(asked).rejects.toMatchObject({ code: 'USAGE' });
    input.end();
    await ended;
  });
});

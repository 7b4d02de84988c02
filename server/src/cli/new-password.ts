/** A password that the person at the console gives: from standard input, or typed twice. Never as an argument, which others can see. */
import { AppError } from '@pantau/base/errors';
import type { CliHost } from './run-cli.ts';

export interface PasswordOptions {
  readonly passwordStdin?: true;
}

/** @throws AppError USAGE with what to do instead; PASSWORD_REFUSED when the two differ. */
export async function readNewPassword(host: CliHost, options: PasswordOptions): Promise<string> {
  if (options.passwordStdin) {
    const password = (await host.readStdin()).replace(/\r?\n$/, '');
    if (password === '') throw new AppError('invalid', 'USAGE', 'Standard input holds no password.');
    return password;
  }
  if (host.promptSecret === undefined) {
    throw new AppError(
      'invalid',
      'USAGE',
      'There is no terminal to ask for the password: pipe it in and add --password-stdin.',
    );
  }
  const password = await host.promptSecret('New password (at least 12 characters): ');
  if (password !== (await host.promptSecret('The same again: ')))
    throw new AppError('invalid', 'PASSWORD_REFUSED', 'The two passwords differ; nothing was changed.');
  return password;
}

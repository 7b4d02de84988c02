import { describe, expect, it } from 'vitest';
import { AppError } from '@pantau/base/errors';
import { describeFailure } from './describe-failure.ts';

const full = new AppError('exhausted', 'DATABASE_FULL', 'No space is left for the database.');

describe('describeFailure', () => {
  it('is a sentence and a code for what the operator can mend', () => {
    expect(describeFailure(full)).toEqual({
      text: 'No space is left for the database. [DATABASE_FULL]',
      exitCode: 84,
    });
  });

  it('names the reason, not what failed while closing after it', () => {
    const closing = new SuppressedError(new Error('closing failed'), full);
    expect(describeFailure(new SuppressedError(new Error('and more'), closing))).toEqual(
      describeFailure(full),
    );
  });

  it('has a stack for a fault of ours', () => {
    const { text, exitCode } = describeFailure(new TypeError('oops'));
    expect(exitCode).toBe(70);
    expect(text).toMatch(/report this[^]*TypeError: oops\n {4}at /);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { createConfirmation } from './confirmation.ts';

describe('the question for the password', () => {
  it('is asked once for all that wait, and answers them all', async () => {
    const confirmation = createConfirmation();
    const listener = vi.fn();
    confirmation.subscribe(listener);
    const both = Promise.all([confirmation.ask(), confirmation.ask()]);
    expect(confirmation.isOpen()).toBe(true);
    expect(listener).toHaveBeenCalledTimes(1);
    confirmation.answer(true);
    expect(await both).toEqual([true, true]);
    expect(confirmation.isOpen()).toBe(false);
  });

  it('can be closed, and asked anew', async () => {
    const confirmation = createConfirmation();
    const first = confirmation.ask();
    confirmation.answer(false);
    expect(await first).toBe(false);
    const second = confirmation.ask();
    confirmation.answer(true);
    expect(await second).toBe(true);
  });

  it('does not mind an answer that nobody waits for', () => {
    const confirmation = createConfirmation();
    confirmation.answer(true);
    expect(confirmation.isOpen()).toBe(false);
  });
});

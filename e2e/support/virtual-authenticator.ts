/** A device with a fingerprint reader that always recognises its owner: Chromium's virtual authenticator (WebAuthn, section 11). */
import type { CDPSession } from 'playwright-core';
import type { TestPage } from './browser.ts';

export class VirtualAuthenticator {
  readonly #session: CDPSession;
  readonly #id: string;

  private constructor(session: CDPSession, id: string) {
    this.#session = session;
    this.#id = id;
  }

  /** Plugs one into a page. Without `touch` nobody puts a finger on it. */
  static async open(page: TestPage): Promise<VirtualAuthenticator> {
    const session = await page.page.context().newCDPSession(page.page);
    await session.send('WebAuthn.enable');
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: false,
      },
    });
    return new VirtualAuthenticator(session, authenticatorId);
  }

  /** The finger is on the reader while `act` runs, and not before: a sign-in page asks for it as soon as it opens. */
  async touch<T>(act: () => Promise<T>): Promise<T> {
    await this.#setPresence(true);
    try {
      return await act();
    } finally {
      await this.#setPresence(false);
    }
  }

  /** Passkeys it holds. */
  async count(): Promise<number> {
    const { credentials } = await this.#session.send('WebAuthn.getCredentials', {
      authenticatorId: this.#id,
    });
    return credentials.length;
  }

  #setPresence(enabled: boolean): Promise<unknown> {
    return this.#session.send('WebAuthn.setAutomaticPresenceSimulation', {
      authenticatorId: this.#id,
      enabled,
    });
  }
}

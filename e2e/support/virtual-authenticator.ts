/** A device with a fingerprint reader and its owner's finger on it: Chromium's virtual authenticator (WebAuthn, section 11). */
import type { CDPSession } from 'playwright-core';
import type { TestPage } from './browser.ts';

export class VirtualAuthenticator {
  readonly #page: TestPage;
  readonly #session: CDPSession;
  readonly #id: string;

  private constructor(page: TestPage, session: CDPSession, id: string) {
    this.#page = page;
    this.#session = session;
    this.#id = id;
  }

  /** Plugs one into a page. It answers whatever the page asks, at once. */
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
        automaticPresenceSimulation: true,
      },
    });
    return new VirtualAuthenticator(page, session, authenticatorId);
  }

  /**
   * From now until the page is loaded anew its browser offers no passkeys inside name fields, as older ones do not. With
   * the offer, a finger on the reader has signed in before a test can press anything.
   */
  async makeNoOffers(): Promise<void> {
    await this.#page.page.evaluate('PublicKeyCredential.isConditionalMediationAvailable = async () => false');
  }

  /** Passkeys it holds. */
  async count(): Promise<number> {
    const { credentials } = await this.#session.send('WebAuthn.getCredentials', {
      authenticatorId: this.#id,
    });
    return credentials.length;
  }
}

/** Which sentence tells the visitor why there is no moving picture. Pure: ids and values; the catalogs hold the words. */
import type { MessageId } from '../locales/message-id.ts';
import { codecName } from '../lib/codec-name.ts';
import type { Trouble } from './player-trouble.ts';

export interface TroubleFacts {
  /** Already in words: `10.42 WIB`; undefined when the server does not know. */
  readonly offlineSince: string | undefined;
  /** Reason code of the server's list, when the camera has trouble there. */
  readonly reasonCode: string | undefined;
  /** Codec of the camera by the server's list: `H.265`. */
  readonly codec: string | undefined;
  readonly hasNetwork: boolean;
}

export interface TroubleWords {
  readonly title: MessageId;
  readonly hint: MessageId | undefined;
  readonly values: Readonly<Record<string, string>>;
  /** Only a person can go on from here. */
  readonly needsPerson: boolean;
}

export function troubleWords(trouble: Trouble, facts: TroubleFacts): TroubleWords {
  switch (trouble.kind) {
    case 'camera': {
      const hint = reasonWords(trouble.detail ?? facts.reasonCode);
      return facts.offlineSince === undefined
        ? words('trouble.camera', hint)
        : words('trouble.cameraSince', hint, { time: facts.offlineSince });
    }
    case 'maintenance':
      return words('trouble.maintenance', 'trouble.maintenance.hint');
    case 'codec':
      return words('trouble.codec', 'trouble.codec.hint', {
        codec: codecName(trouble.detail) ?? facts.codec ?? 'video',
      });
    case 'network':
      return facts.hasNetwork ? words('trouble.network', undefined) : NO_NETWORK;
    case 'stalled':
      return facts.hasNetwork ? words('trouble.stalled', undefined) : NO_NETWORK;
    case 'server':
      return words('trouble.server', undefined);
    case 'decode':
      return words('trouble.decode', undefined);
    case 'not-found':
      return words('trouble.notFound', undefined);
    case 'unavailable':
      return words('trouble.oldBrowser', 'trouble.oldBrowser.hint');
    case 'gave-up':
      return { ...words('trouble.gaveUp', 'trouble.gaveUp.hint'), needsPerson: true };
  }
}

const NO_NETWORK = words('trouble.noNetwork', 'trouble.noNetwork.hint');

/** The camera's own reason in words; the engine's codes are many, a visitor needs a few. */
export function reasonWords(code: string | undefined): MessageId | undefined {
  switch (code) {
    case 'SOURCE_UNREACHABLE':
      return 'reason.unreachable';
    case 'SOURCE_TIMEOUT':
    case 'NO_KEYFRAME':
      return 'reason.silent';
    case 'SOURCE_CLOSED':
      return 'reason.closed';
    case 'SOURCE_UNAUTHORIZED':
    case 'SOURCE_NOT_FOUND':
    case 'SOURCE_REFUSED':
      return 'reason.refused';
    case 'SOURCE_URL_INVALID':
    case 'SOURCE_ADDRESS_REFUSED':
    case 'CREDENTIALS_UNREADABLE':
      return 'reason.setup';
    case 'CODEC_UNSUPPORTED':
      return 'reason.codec';
    case undefined:
    case '':
      return undefined;
    default:
      return 'reason.other';
  }
}

function words(
  title: MessageId,
  hint: MessageId | undefined,
  values: Readonly<Record<string, string>> = {},
): TroubleWords {
  return { title, hint, values, needsPerson: false };
}

/** The question of WS-Discovery (2005/04, section 5.2) that ONVIF devices answer. */
import { NS } from '../soap/namespaces.ts';

/** Old devices know themselves as network video transmitters, newer ones as devices; some answer only to one of the two. */
export const PROBE_TYPES = ['dn:NetworkVideoTransmitter', 'tds:Device'] as const;

/** @param messageId a UUID, new for each probe that is not a repetition. */
export function formatProbe(messageId: string, type: (typeof PROBE_TYPES)[number]): Buffer {
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="${NS.soap12}" xmlns:a="${NS.addressing}"><s:Header>` +
      `<a:Action s:mustUnderstand="1">${NS.discovery}/Probe</a:Action><a:MessageID>uuid:${messageId}</a:MessageID>` +
      '<a:ReplyTo><a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>' +
      '<a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>' +
      `<s:Body><d:Probe xmlns:d="${NS.discovery}"><d:Types xmlns:dn="${NS.network}" xmlns:tds="${NS.device}">` +
      `${type}</d:Types></d:Probe></s:Body></s:Envelope>`,
    'utf8',
  );
}

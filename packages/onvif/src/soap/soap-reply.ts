/** What a device answered to a SOAP request: the element that was asked for, or an error that says why not. */
import type { HttpReply } from '../http/post.ts';
import { isOnvifError, OnvifError } from '../onvif-error.ts';
import { looksLikeWebPage } from '../xml/decode-xml.ts';
import { readXml } from '../xml/read-xml.ts';
import { findChild, textAt, type XmlElement } from '../xml/xml-element.ts';

/**
 * @param name local name of the element that is expected in the body.
 * @throws OnvifError ONVIF_LOGIN_FAILED, ONVIF_CLOCK_WRONG, ONVIF_UNSUPPORTED, ONVIF_REFUSED, NOT_ONVIF, ONVIF_MALFORMED
 */
export function readSoapReply(reply: HttpReply, name: string, maxBytes: number): XmlElement {
  const { status, body } = reply;
  let root: XmlElement;
  try {
    root = readXml(body, { maxBytes });
  } catch (error) {
    // An error page is about the status, not about XML.
    throw (status >= 200 && status < 300) || !isOnvifError(error)
      ? emptyOr(error, body)
      : fromStatus(status, body);
  }
  const soapBody = findChild(root, 'Body');
  if (root.name !== 'Envelope' || soapBody === undefined) {
    if (status >= 400) throw fromStatus(status, body);
    throw new OnvifError('NOT_ONVIF', 'What answers there is no SOAP service.');
  }
  const fault = findChild(soapBody, 'Fault');
  if (fault !== undefined) throw fromFault(fault);
  const element =
    findChild(soapBody, name) ?? soapBody.children.find((child) => child.name.endsWith('Response'));
  if (element === undefined) {
    if (status >= 400) throw fromStatus(status, body);
    throw new OnvifError('ONVIF_MALFORMED', "The device's answer is empty.");
  }
  // Bytes that are missing behind it do no harm: some devices count their Content-Length wrong.
  if (!element.isClosed) throw new OnvifError('ONVIF_MALFORMED', "The device's answer is cut short.");
  return element;
}

function emptyOr(error: unknown, body: Buffer): unknown {
  return body.length === 0 ? new OnvifError('NOT_ONVIF', 'What answers there says nothing.') : error;
}

/** An HTTP status without a SOAP fault. */
function fromStatus(status: number, body: Buffer): OnvifError {
  if (status === 401 || status === 403) return loginFailed(`HTTP ${status}`);
  const isPage = looksLikeWebPage(body.subarray(0, 1000).toString('latin1'));
  if (status === 404 || status === 405 || isPage)
    return new OnvifError('NOT_ONVIF', 'What answers there is no ONVIF service.', { details: { status } });
  if (status === 501 || status === 415) return unsupported(`HTTP ${status}`);
  return new OnvifError('ONVIF_REFUSED', `The device answered with HTTP status ${status}.`, {
    details: { status },
  });
}

const LOGIN_CODES =
  /(?:NotAuthorized|FailedAuthentication|InvalidSecurity(?:Token)?|FailedCheck|Unauthorized)$/i;
const LOGIN_WORDS =
  /not\s?authori[sz]ed|unauthori[sz]ed|authori[sz]ation|authentication|authority failure|permission|locked/i;
const CLOCK_CODES = /MessageExpired$/i;
const CLOCK_WORDS = /time\s?check|time\s?stamp|expired|created/i;
const UNSUPPORTED_CODES =
  /(?:ActionNotSupported|OptionalActionNotImplemented|NotImplemented|UnknownAction|InvalidAction|NoSuchService|NotSupported)$/i;
const UNSUPPORTED_WORDS =
  /not (?:implemented|supported|recogni[sz]ed)|unsupported|unknown (?:action|method)/i;

/** SOAP 1.2 has Code, Subcode and Reason (part 1, section 5.4), SOAP 1.1 `faultcode` and `faultstring`. */
function fromFault(fault: XmlElement): OnvifError {
  const codes = listCodes(fault);
  const reason = (textAt(fault, 'Reason', 'Text') ?? textAt(fault, 'faultstring') ?? '').slice(0, 200);
  const has = (pattern: RegExp) => codes.some((code) => pattern.test(code));
  const what = reason === '' ? (codes.at(-1) ?? 'no reason') : reason;
  const isLogin = has(LOGIN_CODES) || LOGIN_WORDS.test(reason);
  if (has(CLOCK_CODES) || (CLOCK_WORDS.test(reason) && (isLogin || /wsse|security/i.test(reason))))
    return new OnvifError('ONVIF_CLOCK_WRONG', `The device refused the login because of the time: ${what}`, {
      details: { fault: what },
    });
  if (isLogin) return loginFailed(what);
  if (has(UNSUPPORTED_CODES) || UNSUPPORTED_WORDS.test(reason)) return unsupported(what);
  return new OnvifError('ONVIF_REFUSED', `The device refused: ${what}`, { details: { fault: what } });
}

function listCodes(fault: XmlElement): readonly string[] {
  const codes: string[] = [];
  let code = findChild(fault, 'Code');
  for (let depth = 0; code !== undefined && depth < 5; depth++) {
    const value = textAt(code, 'Value');
    if (value !== undefined) codes.push(value.slice(0, 100));
    code = findChild(code, 'Subcode');
  }
  const old = textAt(fault, 'faultcode');
  return old === undefined ? codes : [...codes, old.slice(0, 100)];
}

function loginFailed(fault: string): OnvifError {
  return new OnvifError('ONVIF_LOGIN_FAILED', 'The device refused user name or password.', {
    details: { fault },
  });
}

function unsupported(fault: string): OnvifError {
  return new OnvifError('ONVIF_UNSUPPORTED', 'The device does not have this operation.', {
    details: { fault },
  });
}

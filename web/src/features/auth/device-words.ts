/** A user agent in words a person recognises: "Chrome di Android". A guess for people, never a decision. */
export interface DeviceWords {
  /** Name of the browser or program; undefined when it says nothing. */
  readonly program: string | undefined;
  readonly system: string | undefined;
  readonly kind: 'phone' | 'tablet' | 'computer' | 'program';
}

/** First match wins: browsers that build on others name themselves before them. */
const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\/|\bOpera\b/, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\bUCBrowser\//, 'UC Browser'],
  [/\bYaBrowser\//, 'Yandex'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bCriOS\/|\bChrome\/|\bChromium\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/^curl\//, 'curl'],
  [/^Wget\//, 'Wget'],
  [/^python-requests\/|^Python\b/i, 'Python'],
  [/^node\b|^undici\b/i, 'Node.js'],
  [/^okhttp\//, 'okhttp'],
  [/^PostmanRuntime\//, 'Postman'],
];

const SYSTEMS: readonly (readonly [RegExp, string, DeviceWords['kind']])[] = [
  [/\biPhone\b/, 'iPhone', 'phone'],
  [/\biPad\b/, 'iPad', 'tablet'],
  [/\bAndroid\b.*\bMobile\b/, 'Android', 'phone'],
  [/\bAndroid\b/, 'Android', 'tablet'],
  [/\bWindows\b/, 'Windows', 'computer'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS', 'computer'],
  [/\bCrOS\b/, 'ChromeOS', 'computer'],
  [/\bLinux\b|\bX11\b/, 'Linux', 'computer'],
];

export function describeDevice(userAgent: string | null): DeviceWords {
  const text = userAgent ?? '';
  const program = PROGRAMS.find(([pattern]) => pattern.test(text))?.[1];
  const system = SYSTEMS.find(([pattern]) => pattern.test(text));
  return { program, system: system?.[1], kind: system?.[2] ?? 'program' };
}

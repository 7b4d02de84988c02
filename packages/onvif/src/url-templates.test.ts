import { describe, expect, it } from 'vitest';
import { suggestUrls, URL_TEMPLATES } from './url-templates.ts';

describe('suggestUrls', () => {
  it('fills in host and channel', () => {
    const [found] = suggestUrls({ maker: 'HIKVISION', host: '192.168.1.9', channel: 16 });
    expect([found?.mainUrl, found?.subUrl]).toEqual([
      'rtsp://192.168.1.9/Streaming/Channels/1601',
      'rtsp://192.168.1.9/Streaming/Channels/1602',
    ]);
    expect(suggestUrls({ maker: 'Reolink', host: 'r', channel: 3 })[0]?.mainUrl).toBe(
      'rtsp://r/h264Preview_03_main',
    );
  });

  it.each([
    ['amcrest', 'Dahua'],
    ['CP-Plus', 'Dahua'],
    ['tp-link', 'TP-Link Tapo'],
    ['Dahua Technology Co.', 'Dahua'],
    ['XM', 'Xiongmai'],
  ])('knows %s as %s', (name, maker) => {
    expect(suggestUrls({ maker: name }).map((each) => each.maker)).toEqual([maker]);
  });

  it('knows nothing of others', () => {
    expect([
      suggestUrls({ maker: 'nobody' }),
      suggestUrls({ maker: '' }),
      suggestUrls({ maker: 'x' }),
    ]).toEqual([[], [], []]);
  });

  it('keeps what a person has to fill in', () => {
    expect(suggestUrls({ maker: 'XMEye', host: '$&' })[0]?.mainUrl).toContain(
      'rtsp://$&/user={user}&password={password}',
    );
  });

  it('has no name twice, and addresses of the schemes that there are', () => {
    const names = URL_TEMPLATES.flatMap(({ maker, aliases }) => [maker, ...aliases]).map((name) =>
      name.toLowerCase(),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const { main, sub, snapshot } of URL_TEMPLATES) {
      expect(main).toMatch(/^rtsp:\/\/\{host\}/);
      expect(sub ?? main).toMatch(/^rtsp:\/\/\{host\}/);
      expect(snapshot ?? 'http://{host}').toMatch(/^http:\/\/\{host\}/);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { Secret } from '@pantau/base/secret';
import { readExtraAddresses, subSourceOf, unmaskAddresses } from './extra-addresses.ts';

const NONE = { subUrl: null, snapshotUrl: null, onvifUrl: null };
const MAIN = 'rtsp://cam.local:8554/main';
const read = (given: Parameters<typeof readExtraAddresses>[1]) =>
  readExtraAddresses(MAIN, given, (message) => new Error(message));

describe('the other addresses of a camera', () => {
  it('are on its host, on any port, without a login', () => {
    expect(
      read({
        subUrl: ' rtsp://admin:S4ndi@CAM.local/sub ',
        snapshotUrl: 'http://cam.local/snap.jpg',
        onvifUrl: 'https://cam.local:8443/onvif/device_service',
      }),
    ).toEqual({
      subUrl: 'rtsp://CAM.local/sub',
      snapshotUrl: 'http://cam.local/snap.jpg',
      onvifUrl: 'https://cam.local:8443/onvif/device_service',
    });
    expect(read({ subUrl: '', snapshotUrl: null })).toEqual(NONE);
  });

  it.each([
    [{ subUrl: 'rtsp://other.local/sub' }, 'sub_url must be on the host of source_url'],
    [{ subUrl: 'rtsp://cam.local.evil.example/sub' }, 'sub_url'],
    [{ subUrl: 'rtsp://cam.local@evil.example/sub' }, 'sub_url'],
    [{ snapshotUrl: 'http://203.0.113.9/snap.jpg' }, 'snapshot_url'],
    [{ onvifUrl: 'http://203.0.113.9/onvif/device_service' }, 'onvif_url'],
    [{ snapshotUrl: 'rtsp://cam.local/snap' }, 'snapshot_url: '],
    [{ onvifUrl: 'rtsp://cam.local/snap' }, 'onvif_url: '],
    [{ onvifUrl: 'cam.local' }, 'http:// or https://'],
    [{ subUrl: 'http://cam.local/x?password=***' }, 'masked'],
  ])('%j is refused', (given, says) => {
    expect(() => read(given)).toThrowError(
      expect.objectContaining({ message: expect.stringContaining(says) }),
    );
  });

  it('stay as stored when they come back as they were shown', () => {
    const stored = {
      subUrl: 'http://cam.local/sub?password=S4ndi',
      snapshotUrl: 'http://cam.local/snap?pwd=S4ndi',
      onvifUrl: null,
    };
    const shown = {
      subUrl: 'http://cam.local/sub?password=***',
      snapshotUrl: 'http://cam.local/snap?pwd=***',
      onvifUrl: null,
    };
    expect(unmaskAddresses(stored, shown)).toEqual(stored);
    expect(unmaskAddresses(stored, { subUrl: '' })).toEqual({ subUrl: null });
    expect(unmaskAddresses(stored, {})).toEqual({});
  });

  it('the sub stream is reached like the main one', () => {
    const source = {
      url: MAIN,
      username: 'a',
      password: new Secret('b'),
      transport: 'udp',
      audio: false,
    } as const;
    expect(subSourceOf(source, 'rtsp://cam.local/sub')).toEqual({ ...source, url: 'rtsp://cam.local/sub' });
    expect(subSourceOf(source, null)).toBeUndefined();
  });
});

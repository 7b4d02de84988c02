import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openFakeCamera, type FakeCamera, type FakeCameraOptions } from './fake-camera.ts';
import { createSyntheticClip } from './synthetic-clip.ts';

const clip = createSyntheticClip({ width: 64, height: 48, gop: 25, pictures: 50 });

let camera: FakeCamera | undefined;
afterEach(async () => {
  await camera?.close();
  camera = undefined;
});

async function open(options: Partial<FakeCameraOptions> = {}): Promise<FakeCamera> {
  camera = await openFakeCamera({ mounts: [{ path: '/live', clip }], ...options });
  return camera;
}

describe('openFakeCamera', () => {
  it('answers OPTIONS with its methods', async () => {
    const { port } = await open();
    const reply = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(`OPTIONS rtsp://127.0.0.1:${port}/live RTSP/1.0\r\nCSeq: 7\r\n\r\n`),
      );
      socket.once('data', (data) => {
        socket.destroy();
        resolve(data.toString());
      });
    });
    expect(reply).toMatch(/^RTSP\/1\.0 200 OK\r\nCSeq: 7\r\n/);
    expect(reply).toContain('GET_PARAMETER');
  });
});

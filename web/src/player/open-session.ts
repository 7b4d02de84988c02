/** Chooses and opens the session for a mode in a real browser. hls.js and WebRTC's part are fetched only here, when first needed. */
import { browserClock } from '../lib/clock.ts';
import { classifyDevice, readDeviceFacts } from '../lib/device-class.ts';
import type { Capabilities } from './delivery-mode.ts';
import type { DeliverySession } from './delivery-session.ts';
import { decodePicture, drawPicture } from './draw-picture.ts';
import { findMediaSourceMaker } from './media-source.ts';
import { MseSession } from './mse-session.ts';
import { NativeSession } from './native-session.ts';
import { PictureSession } from './picture-session.ts';
import type { SessionRequest } from './player-controller.ts';
import type { RenditionName } from './rendition-choice.ts';

export function readCapabilities(): Capabilities {
  const probe = document.createElement('video');
  return {
    hasMediaSource: findMediaSourceMaker() !== undefined,
    hasWebSocket: 'WebSocket' in globalThis,
    hasNativeHls: probe.canPlayType('application/vnd.apple.mpegurl') !== '',
    hasWebrtc: 'RTCPeerConnection' in globalThis,
  };
}

/** @param drawing where single pictures are drawn, and who is told of each. */
export async function openBrowserSession(
  request: SessionRequest,
  drawing: { readonly canvas: HTMLCanvasElement; readonly onDrawn: () => void },
): Promise<DeliverySession> {
  const { mode, addresses, video, emit, rendition } = request;
  if (mode === 'pictures') {
    return new PictureSession({
      url: socketUrl(addresses.mse),
      clock: browserClock,
      emit,
      openSocket: (url) => new WebSocket(url),
      decode: decodePicture,
      draw: (picture) => {
        drawPicture(drawing.canvas, picture);
        drawing.onDrawn();
      },
    });
  }
  if (mode === 'webrtc' && addresses.whep !== null) {
    const { WhepSession } = await import('./whep-session.ts');
    return new WhepSession({
      url: addresses.whep,
      video,
      clock: browserClock,
      emit,
      // Nobody else is asked who we are: no STUN server.
      createPeer: () => new RTCPeerConnection({ iceServers: [], bundlePolicy: 'max-bundle' }),
      createStream: () => new MediaStream(),
      send: (to, init) => fetch(to, init),
    });
  }
  const media = findMediaSourceMaker();
  if (mode === 'mse' && media !== undefined) {
    return new MseSession({
      url: socketUrl(addresses.mse, rendition),
      rendition,
      video,
      clock: browserClock,
      emit,
      openSocket: (url) => new WebSocket(url),
      media,
    });
  }
  const url = mode === 'llhls' ? addresses.llhls : addresses.hls;
  if (media === undefined) return new NativeSession({ url, video, emit });
  const { HlsSession } = await import('./hls-session.ts');
  const device = classifyDevice(readDeviceFacts());
  return new HlsSession({
    url,
    rendition,
    video,
    clock: browserClock,
    emit,
    isLowLatency: mode === 'llhls',
    device,
  });
}

/** Whether this browser can show pictures of a codec. */
export function canDecode(codecString: string): boolean {
  const media = findMediaSourceMaker();
  return media === undefined || media.isTypeSupported(`video/mp4; codecs="${codecString}"`);
}

/** `/mse/<key>` or an absolute http(s) address as a WebSocket address. */
export function socketUrl(address: string, rendition?: RenditionName, base: string = location.href): string {
  const url = new URL(address, base);
  if (rendition !== undefined) url.searchParams.set('rendition', rendition);
  url.protocol = url.protocol === 'https:' || url.protocol === 'wss:' ? 'wss:' : 'ws:';
  return url.href;
}

import { describe, expect, it } from 'vitest';
import { socketUrl } from './open-session.ts';

describe('socketUrl', () => {
  it.each([
    ['/mse/k', 'http://town.example/kamera/1', 'ws://town.example/mse/k'],
    ['/mse/k', 'https://town.example/', 'wss://town.example/mse/k'],
    ['https://media.example/mse/k', 'https://town.example/', 'wss://media.example/mse/k'],
    ['http://127.0.0.1:3000/mse/k', 'http://127.0.0.1:5173/', 'ws://127.0.0.1:3000/mse/k'],
  ])('%s on %s', (address, page, url) => {
    expect(socketUrl(address, undefined, page)).toBe(url);
    expect(socketUrl(address, 'sub', page)).toBe(`${url}?rendition=sub`);
  });
});

import { describe, expect, it } from 'vitest';
import { buildVideoConfig, encodeDecoderConfig, findMaxReorder } from './decoder-config.ts';
import { parseSps } from './sps.ts';
import { OTHER_SPS, PPS, SPS } from './testing-packetizer.ts';
import { SPS_FIXTURES, fixtureBytes } from './testing-sps.ts';

describe('encodeDecoderConfig', () => {
  it('writes a High profile record with chroma and bit depths', () => {
    expect(encodeDecoderConfig(parseSps(SPS), SPS, [PPS]).toString('hex')).toBe(
      '01' +
        '640016' +
        'ff' + // version; High, level 2.2; lengths of 4 bytes
        'e1' +
        '001d' +
        SPS.toString('hex') + // one SPS of 29 bytes
        '01' +
        '0004' +
        PPS.toString('hex') + // one PPS
        'fd' +
        'f8' +
        'f8' +
        '00', // 4:2:0, 8 bit, 8 bit, no SPS extension
    );
  });

  it('ends a Baseline record with the PPS', () => {
    expect(encodeDecoderConfig(parseSps(OTHER_SPS), OTHER_SPS, [PPS, PPS]).toString('hex')).toBe(
      '01' +
        '42001e' +
        'ff' +
        'e1' +
        '0009' +
        OTHER_SPS.toString('hex') +
        '02' +
        `0004${PPS.toString('hex')}`.repeat(2),
    );
  });
});

describe('buildVideoConfig', () => {
  it('describes the track', () => {
    expect(buildVideoConfig(parseSps(SPS), SPS, [PPS])).toMatchObject({
      codecString: 'avc1.640016',
      width: 640,
      height: 360,
      sampleAspectRatio: [1, 1],
      announcedFps: 15,
      maxReorder: 0,
    });
  });
});

describe('findMaxReorder', () => {
  it.each([
    ['TP-Link main', 0], // the VUI says so
    ['Reolink main', 0], // one reference frame
    ['XM / H264DVR', 0], // Baseline
    ['Bosch', undefined], // Main, two reference frames, no restriction
    ['DVR, interlaced', undefined],
  ])('%s: %s', (camera, expected) => {
    const fixture = SPS_FIXTURES.find((each) => each.camera === camera);
    if (fixture === undefined) throw new Error(`no fixture ${camera}`);
    expect(findMaxReorder(parseSps(fixtureBytes(fixture)))).toBe(expected);
  });
});

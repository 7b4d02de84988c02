/** Pintu air: a sluice on the river under a grey sky, with its level gauge, brown water and drifting debris. */
import { paint, shopSign } from './lib/atlas.ts';
import { MATERIAL, Mesh } from './lib/mesh.ts';
import type { Paint, UvRect } from './lib/mesh.ts';
import { makeCrowd } from './lib/people.ts';
import { Random } from './lib/random.ts';
import { house, powerPole, postSign, stringWires } from './lib/town.ts';
import { Path, standingThing, strollerThing } from './lib/traffic.ts';
import { banana, BUSH, palm, SHADE_TREE, tree } from './lib/trees.ts';
import { rgb } from './lib/vec.ts';
import type { Vec3 } from './lib/vec.ts';
import { DAY_LOOK } from './scene.ts';
import type { Glow, Scene, Thing } from './scene.ts';

const GATE_Z = -15;
const BAYS = [-9, -3, 3, 9] as const;
const CONCRETE = { color: rgb('#9b968c'), material: MATERIAL.concrete };

/** The staff gauge: decimetres, metres and the three alert levels. */
function gauge(): UvRect {
  return paint(96, 512, (c) => {
    c.fillStyle = '#f2f1ea';
    c.fillRect(0, 0, 96, 512);
    (['#c9281c', '#e0a21c', '#2f8a45'] as const).forEach((color, i) => {
      c.fillStyle = color;
      c.fillRect(80, i * 130, 16, 130);
    });
    c.fillStyle = '#14161a';
    c.font = 'bold 40px "DejaVu Sans"';
    for (let i = 0; i < 25; i++) {
      c.fillRect(0, i * 20 + 6, i % 5 === 0 ? 46 : 24, i % 2 === 0 ? 10 : 5);
      if (i % 5 === 0) c.fillText(String(5 - i / 5), 50, i * 20 + 34);
    }
  });
}

/** A sloping bank from the water at x = `edge` up to the dyke. */
function bank(still: Mesh, edge: number, side: number): void {
  const grass = { color: rgb('#6d7a40'), material: MATERIAL.grass };
  const stone = { color: rgb('#8a857a'), material: MATERIAL.concrete };
  const strip = (x0: number, y0: number, x1: number, y1: number, surface: Paint): void => {
    still.quad(
      [edge + side * x0, y0, 60],
      [edge + side * x1, y1, 60],
      [edge + side * x1, y1, -120],
      [edge + side * x0, y0, -120],
      surface,
      [-side * 0.4, 0.9, 0],
    );
  };
  strip(-1, -0.6, 2.4, 1.5, stone);
  strip(2.4, 1.5, 5.5, 2.9, grass);
  strip(5.5, 2.9, 90, 2.9, grass);
  still.quad(
    [edge + side * 6.2, 2.93, 60],
    [edge + side * 9.2, 2.93, 60],
    [edge + side * 9.2, 2.93, -120],
    [edge + side * 6.2, 2.93, -120],
    { color: rgb('#8a8378'), material: MATERIAL.asphalt },
    [0, 1, 0],
  );
}

function clump(random: Random, kind: 'plant' | 'branch' | 'rubbish'): Mesh {
  const mesh = new Mesh();
  if (kind === 'plant') {
    for (let i = 0; i < 70; i++) {
      const a = random.range(0, 6.28);
      const r = Math.sqrt(random.next()) * 0.8;
      const color = rgb(random.pick(['#3f5a22', '#5c7a2e', '#2e4419', '#7a7f3a']));
      mesh.ball(
        [Math.cos(a) * r, random.range(0, 0.16), Math.sin(a) * r * 0.7],
        [0.11, 0.05, 0.1],
        { color },
        3,
        5,
      );
    }
  } else if (kind === 'branch') {
    mesh.rod([-0.9, 0.03, 0], [0.9, 0.08, 0.15], 0.07, { color: rgb('#4a3a28') }, 0.03, 6);
    mesh.rod([0.1, 0.06, 0.05], [0.6, 0.2, -0.4], 0.04, { color: rgb('#4a3a28') }, 0.02, 5);
    mesh.rod([-0.3, 0.05, 0], [-0.1, 0.22, 0.5], 0.03, { color: rgb('#3d3020') }, 0.015, 5);
  } else
    for (let i = 0; i < 5; i++)
      mesh.box(random.range(-0.3, 0.3), 0, random.range(-0.3, 0.3), 0.2, 0.09, 0.14, {
        color: rgb(random.pick(['#d8d8d2', '#5d8fb5', '#c9bda0', '#b54a3c'])),
      });
  return mesh;
}

export function build(): Scene {
  const random = new Random(37);
  const still = new Mesh();
  const swaying = new Mesh();
  still.slab(-16, -120, 16, 60, 0, { color: rgb('#8b6f4c'), material: MATERIAL.water });
  bank(still, -13, -1);
  bank(still, 13, 1);

  // The sluice: piers, gates with their spindles, a walkway with railings and a roof over the hoists.
  const steel = { color: rgb('#3f6f9a'), material: MATERIAL.corrugated };
  for (const x of [-12.6, -6, 0, 6, 12.6]) {
    still.box(x, -1, GATE_Z, 1.1, 6.2, 3.6, CONCRETE);
    still.rod([x, -1, GATE_Z + 1.8], [x, 3.6, GATE_Z + 1.8], 0.55, CONCRETE, 0.55, 14);
    still.box(x, 5.2, GATE_Z, 0.5, 3, 0.5, CONCRETE);
  }
  still.box(0, 5, GATE_Z + 0.6, 27, 0.35, 3, CONCRETE);
  still.box(0, 8.1, GATE_Z, 27.5, 0.16, 3.6, { color: rgb('#a5603f'), material: MATERIAL.corrugated });
  BAYS.forEach((x, i) => {
    const lift = [0.7, 1.2, 0.5, 0.9][i];
    still.box(x, lift, GATE_Z + 0.2, 4.9, 3.2, 0.25, steel);
    for (let k = 0; k < 3; k++)
      still.box(x, lift + 0.4 + k, GATE_Z + 0.4, 4.9, 0.16, 0.2, { color: rgb('#2c5272') });
    for (const side of [-1.4, 1.4])
      still.rod([x + side, lift + 3, GATE_Z + 0.2], [x + side, 7.4, GATE_Z + 0.2], 0.06, {
        color: [0.2, 0.2, 0.2],
      });
    still.box(x, 5.35, GATE_Z + 0.2, 3.6, 0.9, 0.6, { color: rgb('#5f6a52') });
  });
  const yellow = { color: rgb('#d2a521') };
  for (const z of [GATE_Z + 2.05, GATE_Z - 0.8]) {
    for (const y of [5.85, 6.3]) still.rod([-13.4, y, z], [13.4, y, z], 0.035, yellow, 0.035, 5);
    for (let x = -13; x <= 13; x += 2) still.rod([x, 5.3, z], [x, 6.35, z], 0.04, yellow, 0.04, 5);
  }
  const level = gauge();
  still.sign(6, 0, GATE_Z + 2.4, 0.6, 3.4, level);
  still.at(-12.9, 0, -3.2, 0.9, () => still.sign(0, 0, 0.1, 0.62, 3.4, level));
  still.at(-12.9, 0, -3.2, 0.9, () => still.box(0, -0.5, 0, 0.7, 4.1, 0.16, CONCRETE));
  still.sign(
    -3,
    5.02,
    GATE_Z + 2.12,
    4.6,
    0.34,
    shopSign('PINTU AIR 1 - 4', '', '#e8e6dc', '#1c3f6a', 384, 40),
  );
  still.at(17.6, 2.9, -11, -0.5, () => {
    house(still, random, 6, 5);
    still.sign(0, 2.1, 2.7, 3.4, 0.6, shopSign('POS PANTAU', 'tinggi muka air', '#1d4f86', '#ffffff'));
  });
  still.at(0, 2.9, 0, 0, () =>
    postSign(
      still,
      -17.4,
      1,
      0.7,
      shopSign('AWAS', 'air dalam, arus deras', '#c22a1c', '#ffffff', 160, 96),
      1.5,
      0.9,
      1.3,
    ),
  );
  for (const [x, z] of [
    [-26, -34],
    [-34, -20],
    [-24, -52],
    [27, -40],
    [36, -28],
    [30, -60],
    [-40, -44],
  ] as const)
    still.at(x, 2.9, z, random.range(-0.6, 0.6), () => house(still, random, random.range(8, 11), 7));
  stringWires(
    still,
    [-60, -32, -6, 22].map((z) => powerPole(still, -21.5, z, 0).map((p): Vec3 => [p[0], p[1], p[2]])),
  );

  for (const [x, z, h] of [
    [-22.5, -27, 10],
    [-20.8, -41, 12],
    [20.5, -28, 11],
    [24, -22, 9],
    [22.5, -46, 13],
    [-25, -14, 9.5],
    [-28, -60, 12],
    [19, -70, 12],
  ] as const)
    palm(still, swaying, x, 2.9, z, h, 0.09, random);
  for (const [x, z] of [
    [-19.5, -20],
    [-20.5, -7.5],
    [21.5, -17],
    [19.6, -36],
  ] as const)
    banana(still, swaying, x, 2.9, z, 0.05, random);
  for (let i = 0; i < 44; i++)
    tree(
      still,
      still,
      (i % 2 === 0 ? -1 : 1) * random.range(23, 62),
      2.9,
      random.range(-95, -27),
      {
        ...SHADE_TREE,
        height: random.range(7, 12),
        crown: random.range(3, 5),
        leaves: 800,
        leaf: 0.8,
        sway: 0,
      },
      random,
    );
  for (let i = 0; i < 90; i++) {
    const side = i % 2 === 0 ? -1 : 1;
    const up = random.range(2.5, 5.2);
    tree(
      still,
      still,
      side * (13 + up),
      1.4 + (up - 2.4) * 0.45,
      random.range(-60, 12),
      {
        ...BUSH,
        leaves: 90,
        leaf: 0.17,
        sway: 0,
        height: random.range(0.3, 0.8),
        crown: random.range(0.3, 0.7),
      },
      random,
    );
  }

  const debris: { mesh: Mesh; x: number; offset: number; phase: number }[] = [];
  for (let i = 0; i < 9; i++)
    debris.push({
      mesh: clump(random, (['plant', 'branch', 'plant', 'rubbish', 'plant'] as const)[i % 5]),
      x: random.range(-10.5, 10.5),
      offset: random.range(0, 11),
      phase: random.next(),
    });
  const crowd = makeCrowd(random, 4);
  const foam = Array.from({ length: 150 }, () => ({
    x: random.pick(BAYS) + random.range(-2.6, 2.6),
    phase: random.next(),
    size: random.range(0.16, 0.5),
    drift: random.range(-1, 1),
  }));
  const stretch = 11.2;
  return {
    eye: [10.4, 7.6, 9.6],
    target: [-2.2, 1.6, -12.5],
    fovDegrees: 57,
    focus: [0, 0, -16],
    reach: 45,
    mirrorY: 0,
    still,
    swaying,
    lamps: [],
    flow: [0.05, 1.15],
    water: [1, 1, 1],
    look: {
      ...DAY_LOOK,
      sun: { direction: [0.35, 0.85, 0.3], color: [1.0, 0.95, 0.86], spread: 0.12 },
      skyTop: [0.42, 0.47, 0.54],
      skyLow: [0.66, 0.7, 0.73],
      cloud: [0.85, 0.87, 0.89],
      cloudy: 0.9,
      fog: [0.68, 0.73, 0.76],
      fogDensity: 0.0026,
      exposure: 0.74,
      tint: [0.98, 1.0, 0.99],
      saturation: 0.86,
      lens: 0.11,
      sharpen: 0.5,
    },
    things: (t) => {
      const things: Thing[] = [];
      for (const piece of debris)
        for (let s = (piece.offset + stretch * t) % stretch; s < 46; s += stretch)
          things.push({
            mesh: piece.mesh,
            x: piece.x + 0.35 * Math.sin(s * 0.35 + piece.phase * 9),
            y: 0.02 * Math.sin(6.2832 * (3 * t + piece.phase)),
            z: GATE_Z + 2.2 + s,
            heading: s * 0.12 + piece.phase * 6,
            lean: 0.04 * Math.sin(6.2832 * (2 * t + piece.phase)),
          });
      things.push(
        standingThing(crowd[0], 17.2, -4.5, -1.2, 0.2, t),
        strollerThing(
          {
            mesh: crowd[1],
            path: new Path([
              [-5, GATE_Z + 1.2],
              [0.8, GATE_Z + 1.2],
            ]),
            phase: 0.1,
          },
          t,
        ),
      );
      return things.map((thing) =>
        thing.mesh === crowd[1]
          ? { ...thing, y: 5.36 }
          : thing.mesh === crowd[0]
            ? { ...thing, y: 2.95 }
            : thing,
      );
    },
    glows: (t) =>
      foam.map((drop): Glow => {
        const age = (t * 4 + drop.phase) % 1;
        const strength = 0.2 * Math.sin(Math.PI * age) * (1 - age * 0.4);
        return {
          kind: 'spot',
          at: [
            drop.x + drop.drift * age,
            0.1 + 0.25 * Math.sin(Math.PI * Math.min(1, age * 3)),
            GATE_Z + 0.9 + age * 4.2,
          ],
          color: [strength, strength * 0.95, strength * 0.85],
          radius: drop.size * (0.6 + age),
        };
      }),
  };
}

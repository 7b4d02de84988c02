/** Perlintasan: a level crossing in heavy rain; the barriers are down and a train goes through. */
import { shopSign } from './lib/atlas.ts';
import { MATERIAL, Mesh } from './lib/mesh.ts';
import type { Paint } from './lib/mesh.ts';
import { person } from './lib/people.ts';
import { Random } from './lib/random.ts';
import { house, kerb, postSign, powerPole, roadLine, shopRow, stringWires } from './lib/town.ts';
import { headlights, standingThing, waitingThing } from './lib/traffic.ts';
import { banana, BUSH, palm, SHADE_TREE, tree } from './lib/trees.ts';
import { bikePaint, carPaint, makeFleet } from './lib/vehicles.ts';
import type { Vehicle } from './lib/vehicles.ts';
import { rgb } from './lib/vec.ts';
import type { Vec3 } from './lib/vec.ts';
import { DAY_LOOK } from './scene.ts';
import type { Glow, Scene, Thing } from './scene.ts';

const HALF = 5.6;
const TRACK_Z = -9;
const EYE: Vec3 = [7.6, 7.4, 13.5];
const CARRIAGE = 18;
const TRAIN_WAY = 184;

/** A carriage along z with windows and a band of colour, or the locomotive. */
function carriage(kind: 'coach' | 'engine'): Mesh {
  const mesh = new Mesh();
  const body: Paint =
    kind === 'coach'
      ? { color: rgb('#c9cccf'), material: MATERIAL.carPaint }
      : { color: rgb('#d4d6d3'), material: MATERIAL.carPaint };
  const long = CARRIAGE - 0.8;
  mesh.extrude(
    [
      [-long / 2, 0.9],
      [long / 2, 0.9],
      [long / 2, 3.3],
      [-long / 2, 3.3],
    ],
    2.9,
    body,
  );
  mesh.extrude(
    [
      [-long / 2, 3.28],
      [long / 2, 3.28],
      [long / 2 - 0.1, 3.75],
      [-long / 2 + 0.1, 3.75],
    ],
    2.9,
    { color: rgb('#5d6063') },
    (y) => (y > 3.5 ? 0.72 : 1),
  );
  const band: Paint = {
    color: kind === 'coach' ? rgb('#d9741e') : rgb('#1f4f8f'),
    material: MATERIAL.carPaint,
  };
  mesh.box(0, 1.2, 0, 2.94, 0.42, long, band);
  if (kind === 'coach')
    for (let z = -long / 2 + 1.6; z < long / 2 - 1.2; z += 1.5)
      for (const side of [-1, 1])
        mesh.box(side * 1.46, 2.05, z, 0.04, 0.8, 1.05, { color: rgb('#d8c48a'), glow: 0.35 });
  else {
    for (const side of [-1, 1])
      for (let z = -6; z < 6; z += 1.6)
        mesh.box(side * 1.46, 1.9, z, 0.05, 1, 1.1, {
          color: [0.1, 0.1, 0.11],
          material: MATERIAL.corrugated,
        });
    mesh.box(0, 2.2, long / 2, 2.3, 0.75, 0.06, { color: [0.02, 0.02, 0.025], material: MATERIAL.glass });
    for (const side of [-0.7, 0.7])
      mesh.ball([side, 1.5, long / 2 + 0.05], [0.2, 0.2, 0.08], { color: [1, 0.95, 0.8], glow: 10 });
  }
  mesh.box(0, 0.45, 0, 2.4, 0.45, long - 1, { color: [0.05, 0.05, 0.05] });
  for (const z of [-6.6, -4.8, 4.8, 6.6])
    for (const side of [-1, 1])
      mesh.rod(
        [side * 0.65, 0.43, z],
        [side * 0.78, 0.43, z],
        0.42,
        { color: [0.06, 0.055, 0.05] },
        0.42,
        12,
      );
  return mesh;
}

/** A striped barrier across one side of the road, closed. */
function barrier(still: Mesh, x: number, z: number, toward: number): void {
  still.box(x, 0.15, z, 0.6, 1.1, 0.5, { color: rgb('#d0a520') });
  const arm = 10.4;
  for (let i = 0; i < 13; i++)
    still.box(x + toward * (0.4 + (i + 0.5) * (arm / 13)), 0.98, z, arm / 13, 0.13, 0.08, {
      color: i % 2 === 0 ? [0.62, 0.05, 0.03] : [0.7, 0.7, 0.68],
    });
  still.rod([x, 0, z - 0.8], [x, 4.1, z - 0.8], 0.07, { color: [0.35, 0.35, 0.35] });
}

export function build(): Scene {
  const random = new Random(71);
  const still = new Mesh();
  const swaying = new Mesh();
  still.slab(-120, -130, 120, 50, -0.05, { color: rgb('#5f6b3c'), material: MATERIAL.grass });
  still.slab(-HALF, -130, HALF, 50, 0, { color: rgb('#5e5e61'), material: MATERIAL.asphalt });
  for (const side of [-1, 1])
    for (const [z0, z1] of [
      [-130, TRACK_Z - 4],
      [TRACK_Z + 4, 50],
    ] as const) {
      still.slab(side < 0 ? -HALF - 3 : HALF, z0, side < 0 ? -HALF : HALF + 3, z1, 0.12, {
        color: rgb('#857b70'),
        material: MATERIAL.paving,
      });
      kerb(still, [
        [side * HALF, z1],
        [side * HALF, z0],
      ]);
    }
  for (const [a, b] of [
    [50, TRACK_Z + 6],
    [TRACK_Z - 6, -130],
  ] as const) {
    roadLine(still, [0, a], [0, b], 0.16);
    for (const x of [-5.3, 5.3]) roadLine(still, [x, a], [x, b], 0.12);
  }
  roadLine(still, [-HALF + 0.2, TRACK_Z + 6.2], [-0.2, TRACK_Z + 6.2], 0.4);
  roadLine(still, [0.2, TRACK_Z - 6.2], [HALF - 0.2, TRACK_Z - 6.2], 0.4);

  // The track: ballast, sleepers, rails; planks where the road crosses.
  for (const [x0, x1] of [
    [-120, -HALF - 0.4],
    [HALF + 0.4, 120],
  ] as const) {
    still.slab(x0, TRACK_Z - 2.6, x1, TRACK_Z + 2.6, 0.08, {
      color: rgb('#6b665f'),
      material: MATERIAL.ballast,
    });
    for (let x = x0; x < x1; x += 0.75)
      if (Math.abs(x) < 60) still.box(x, 0.06, TRACK_Z, 0.24, 0.1, 2.1, { color: rgb('#6f6a62') });
  }
  still.slab(-HALF - 0.4, TRACK_Z - 2.2, HALF + 0.4, TRACK_Z + 2.2, 0.02, {
    color: rgb('#6b675f'),
    material: MATERIAL.concrete,
  });
  for (const z of [-0.57, 0.57])
    still.box(0, 0.02, TRACK_Z + z, 240, 0.16, 0.08, { color: [0.2, 0.17, 0.15] });

  barrier(still, -HALF - 0.7, TRACK_Z + 4.6, 1);
  barrier(still, HALF + 0.7, TRACK_Z - 4.6, -1);
  const cross = shopSign('STOP', 'kereta api lewat', '#c9281c', '#ffffff', 160, 96);
  postSign(still, -HALF - 1.6, TRACK_Z + 5.6, 0.2, cross, 1.3, 0.8, 2.6);
  still.at(11.2, 0, TRACK_Z + 7, -0.3, () => {
    still.box(0, 0, 0, 3, 3, 3, { color: rgb('#c8b58a'), material: MATERIAL.windows });
    still.box(0, 3, 0, 3.8, 0.2, 3.8, { color: rgb('#8a4a30'), material: MATERIAL.corrugated });
    still.sign(0, 2.35, 1.53, 2.2, 0.45, shopSign('POS JPL 241', '', '#e8e2d0', '#1c3f6a', 192, 40));
  });
  for (let i = 0; i < 2; i++)
    still.at(-9.2, 0, -26 - i * 21, Math.PI / 2, () =>
      shopRow(still, random, { units: 5, floors: 2, deep: 8, night: true, firstSign: 3 + i * 5 }),
    );
  still.at(9.2, 0, -30, -Math.PI / 2, () =>
    shopRow(still, random, { units: 5, floors: 2, deep: 8, night: true, firstSign: 9 }),
  );
  still.at(-13.6, 0, 5.5, Math.PI / 2, () =>
    shopRow(still, random, { units: 3, floors: 1, deep: 7, night: true, firstSign: 1 }),
  );
  for (const [x, z] of [
    [-24, -24],
    [-36, -22],
    [24, -24],
    [36, -26],
    [-26, 1],
    [50, -25],
    [-50, -24],
  ] as const)
    still.at(x, 0, z, random.range(-0.3, 0.3), () => house(still, random, random.range(8, 11), 7));
  stringWires(
    still,
    [22, -2, -24, -50].map((z, i) => powerPole(still, -8.1, z, 0, i === 2)),
  );
  stringWires(
    still,
    [-44, -16, 15, 44].map((x) => powerPole(still, x, TRACK_Z - 6, Math.PI / 2)),
  );
  for (const [x, z, h] of [
    [-17, -19, 10],
    [18, -20, 11],
    [-30, -18, 12],
    [28, -17, 9],
  ] as const)
    palm(still, swaying, x, 0, z, h, 0.16, random);
  for (const [x, z] of [
    [-15.5, -4],
    [14.5, -15],
    [20, -14],
    [-20, -14],
  ] as const)
    banana(still, swaying, x, 0, z, 0.1, random);
  for (let i = 0; i < 18; i++)
    tree(
      still,
      still,
      (i % 2 === 0 ? 1 : -1) * random.range(13, 60),
      0,
      random.range(-80, -30),
      {
        ...SHADE_TREE,
        height: random.range(8, 12),
        crown: random.range(3, 4.5),
        leaves: 700,
        leaf: 0.8,
        sway: 0,
      },
      random,
    );
  for (let i = 0; i < 20; i++)
    tree(
      still,
      still,
      (i % 2 === 0 ? 1 : -1) * random.range(8.5, 34),
      0,
      TRACK_Z + (i % 4 < 2 ? 3.6 : -3.8) + random.range(-0.4, 0.4),
      { ...BUSH, leaves: 170, sway: 0 },
      random,
    );

  const fleet = makeFleet(random, true);
  const queue: { vehicle: Vehicle; thing: Thing }[] = [];
  const wait = (vehicle: Vehicle, tint: Vec3, x: number, z: number, heading: number): void => {
    queue.push({ vehicle, thing: waitingThing(vehicle, tint, x, z, heading + random.range(-0.07, 0.07)) });
  };
  for (const [x, z] of [
    [-4.9, -1.4],
    [-3.8, -1.8],
    [-2.9, -1.1],
    [-1.9, -1.7],
    [-0.8, -1.2],
    [-5, 1],
    [-0.7, 1.6],
    [-5, 3.6],
  ] as const)
    wait(random.pick(fleet.bikes), bikePaint(random), x, z, Math.PI);
  for (const [x, z] of [
    [0.8, -16.6],
    [1.9, -16.2],
    [3, -16.8],
    [4.2, -16.3],
    [5, -17.4],
    [1, -19],
  ] as const)
    wait(random.pick(fleet.bikes), bikePaint(random), x, z, 0);
  wait(fleet.cars[0], carPaint(random), -2.9, 3.2, Math.PI);
  wait(fleet.cars[1], carPaint(random), -2.9, 8.6, Math.PI);
  wait(fleet.angkots[0], rgb('#d8b21e'), 2.8, -20.6, 0);
  wait(fleet.trucks[0], rgb('#2a4f86'), 2.8, -28, 0);
  wait(fleet.cars[0], carPaint(random), 2.8, -35.5, 0);
  const walkers = [
    person(random, { umbrella: '#2a4f9e' }),
    person(random, { umbrella: '#b3201c' }),
    person(random, { umbrella: '#1f1f22' }),
  ];
  const engine = carriage('engine');
  const coach = carriage('coach');
  const splashes = Array.from({ length: 260 }, () => ({
    x: random.range(-9, 9),
    z: random.range(-22, 9),
    phase: random.next(),
  }));
  return {
    eye: EYE,
    target: [-2.2, 0.9, -7.5],
    fovDegrees: 58,
    focus: [0, 0, -12],
    reach: 45,
    mirrorY: 0,
    still,
    swaying,
    lamps: [
      { at: [-9.5, 2.4, 5.5], color: [5, 4, 2.5] },
      { at: [-7.6, 2.5, -24], color: [7, 6, 4] },
      { at: [7.8, 2.5, -30], color: [7, 6, 4] },
      { at: [10.4, 2.6, 0.2], color: [3, 2.6, 1.8] },
    ],
    look: {
      ...DAY_LOOK,
      sun: { direction: [0.2, 0.95, 0.1], color: [0.12, 0.12, 0.13], spread: 0.2 },
      skyTop: [0.34, 0.38, 0.42],
      skyLow: [0.42, 0.46, 0.49],
      ground: [0.16, 0.16, 0.15],
      cloud: [0.42, 0.45, 0.48],
      cloudy: 0.6,
      fog: [0.38, 0.42, 0.45],
      fogDensity: 0.0075,
      exposure: 0.98,
      tint: [0.96, 1.0, 1.02],
      saturation: 0.8,
      bloom: 0.3,
      wet: 1,
      rain: 0.75,
      drops: 0.4,
      black: 0.03,
      sharpen: 0.45,
      grain: 0.012,
    },
    things: (t) => {
      const head = -48 + TRAIN_WAY * t;
      const train: Thing[] = [];
      for (let i = 0; i < 5; i++) {
        const x = head - i * CARRIAGE;
        if (x > -75 && x < 75)
          train.push({ mesh: i === 0 ? engine : coach, x, y: 0.14, z: TRACK_Z, heading: Math.PI / 2 });
      }
      return [
        ...train,
        ...queue.map((one) => one.thing),
        ...walkers.map((mesh, i) =>
          standingThing(mesh, [-7.4, -7, 7.2][i], [-2.2, 0.6, -16][i], [2.9, 2.6, 0.3][i], i * 0.3, t),
        ),
      ];
    },
    glows: (t) => [
      ...queue
        .flatMap((one) => headlights(one.vehicle, one.thing, EYE))
        .map((glow): Glow => (glow.kind === 'beam' ? { ...glow, color: [0.16, 0.15, 0.12] } : glow)),
      {
        kind: 'halo',
        at: [-HALF - 0.7, 3.9, TRACK_Z + 3.95],
        color: Math.floor(t * 16) % 2 === 0 ? [5, 0.2, 0.1] : [0, 0, 0],
        radius: 0.9,
      },
      {
        kind: 'halo',
        at: [-HALF - 0.35, 3.9, TRACK_Z + 3.95],
        color: Math.floor(t * 16) % 2 === 1 ? [5, 0.2, 0.1] : [0, 0, 0],
        radius: 0.9,
      },
      ...splashes.flatMap((drop): Glow[] => {
        const age = ((t * 8 + drop.phase) % 1) * 3;
        return age > 1
          ? []
          : [
              {
                kind: 'spot',
                at: [drop.x, 0.03 + 0.05 * age, drop.z],
                color: [0.1 * (1 - age), 0.105 * (1 - age), 0.11 * (1 - age)],
                radius: 0.05 + 0.12 * age,
              },
            ];
      }),
    ],
  };
}

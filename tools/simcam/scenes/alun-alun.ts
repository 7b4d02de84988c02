/** Alun-alun: the town square at dusk: lawns, banyans, lamps, food carts, people strolling, the mosque behind. */
import { shopSign } from './lib/atlas.ts';
import { MATERIAL, Mesh } from './lib/mesh.ts';
import type { Paint } from './lib/mesh.ts';
import { makeCrowd } from './lib/people.ts';
import { Random } from './lib/random.ts';
import { kerb, parasol, pushcart, roadLine, shopRow, streetLamp } from './lib/town.ts';
import {
  fillLane,
  laneGlows,
  laneThings,
  Path,
  processionThings,
  standingThing,
  strollerThing,
  waitingThing,
} from './lib/traffic.ts';
import { BUSH, palm, SHADE_TREE, tree } from './lib/trees.ts';
import { bikePaint, makeFleet } from './lib/vehicles.ts';
import { rgb } from './lib/vec.ts';
import type { Vec3 } from './lib/vec.ts';
import { DAY_LOOK } from './scene.ts';
import type { Glow, Lamp, Scene } from './scene.ts';

const EYE: Vec3 = [6.5, 8.8, 20];

/** The great mosque: a hall with arcade, dome and two minarets. */
function mosque(still: Mesh): void {
  const wall: Paint = { color: rgb('#dcd6c6'), material: MATERIAL.plaster };
  const green: Paint = { color: rgb('#2f7a5a'), material: MATERIAL.carPaint };
  still.box(0, 0, -6, 30, 7.5, 12, wall);
  still.box(0, 7.5, -6, 31, 0.6, 13, { color: rgb('#b9b2a0') });
  for (let i = -6; i <= 6; i++) {
    still.box(i * 2.3, 0.4, 0.3, 1.5, 4, 0.1, { color: rgb('#e8b860'), glow: 0.5 });
    still.rod(
      [i * 2.3, 4.3, 0.25],
      [i * 2.3, 4.3, 0.4],
      0.75,
      { color: rgb('#e8b860'), glow: 0.5 },
      0.75,
      16,
    );
    still.rod([i * 2.3 - 1.15, 0, 0.6], [i * 2.3 - 1.15, 5.4, 0.6], 0.22, wall, 0.22, 10);
  }
  still.rod([0, 8, -6], [0, 10, -6], 5.2, wall, 5.2, 24);
  still.ball([0, 10, -6], [5.2, 5.6, 5.2], green, 12, 28);
  still.rod([0, 15.4, -6], [0, 17.6, -6], 0.1, { color: rgb('#c9a227') });
  for (const x of [-17.5, 17.5]) {
    still.rod([x, 0, -3], [x, 17, -3], 1.5, wall, 1.1, 14);
    still.rod([x, 17, -3], [x, 17.5, -3], 1.7, { color: rgb('#b9b2a0') }, 1.7, 14);
    still.rod([x, 17.5, -3], [x, 20, -3], 0.9, wall, 0.9, 12);
    still.ball([x, 20, -3], [1.2, 1.7, 1.2], green, 8, 14);
  }
}

export function build(): Scene {
  const random = new Random(88);
  const still = new Mesh();
  const swaying = new Mesh();
  const paving: Paint = { color: rgb('#a08c78'), material: MATERIAL.paving };
  const lawn: Paint = { color: rgb('#587a34'), material: MATERIAL.grass };
  still.slab(-90, -120, 90, 50, -0.04, { color: rgb('#6c6a4c'), material: MATERIAL.grass });
  still.slab(-40, -34, 40, 14, 0.02, paving);
  still.slab(-90, 14, 90, 22, 0, { color: rgb('#68686a'), material: MATERIAL.asphalt });
  still.slab(-90, -44, 90, -34.5, 0, { color: rgb('#68686a'), material: MATERIAL.asphalt });
  kerb(still, [
    [-60, 13.9],
    [60, 13.9],
  ]);
  kerb(still, [
    [-60, -34.3],
    [60, -34.3],
  ]);
  roadLine(still, [-60, 18], [60, 18], 0.14, [0.6, 0.6, 0.57], 3, 4);
  roadLine(still, [-60, -39.2], [60, -39.2], 0.14, [0.6, 0.6, 0.57], 3, 4);
  for (const [x0, z0, x1, z1] of [
    [-30, -4, -3.2, 8],
    [3.2, -4, 30, 8],
    [-30, -28, -3.2, -9.5],
    [3.2, -28, 30, -9.5],
  ] as const) {
    still.slab(x0, z0, x1, z1, 0.1, lawn);
    kerb(
      still,
      [
        [x0, z0],
        [x1, z0],
        [x1, z1],
        [x0, z1],
        [x0, z0],
      ],
      0.3,
      0.22,
    );
    for (let i = 0; i < 9; i++) {
      const along = x0 + 0.8 + ((x1 - x0 - 1.6) * i) / 8;
      tree(
        still,
        still,
        along,
        0.1,
        z1 - 0.7,
        {
          ...BUSH,
          leaves: 170,
          sway: 0,
          height: 0.55,
          crown: 0.55,
          light: i % 3 === 0 ? '#b0506a' : '#6d8a35',
        },
        random,
      );
    }
  }
  // The fountain in the middle and the name of the town in big letters.
  still.rod(
    [0, 0, -6.7],
    [0, 0.6, -6.7],
    2.4,
    { color: rgb('#b0a896'), material: MATERIAL.concrete },
    2.4,
    28,
  );
  still.rod(
    [0, 0.6, -6.7],
    [0, 0.62, -6.7],
    2.1,
    { color: rgb('#3f6a7a'), material: MATERIAL.glass },
    2.1,
    28,
  );
  still.rod(
    [0, 0.6, -6.7],
    [0, 2.4, -6.7],
    0.35,
    { color: rgb('#b0a896'), material: MATERIAL.concrete },
    0.2,
    12,
  );
  still.rod(
    [0, 2.3, -6.7],
    [0, 2.5, -6.7],
    0.5,
    { color: rgb('#b0a896'), material: MATERIAL.concrete },
    1.0,
    18,
  );
  still.at(-13, 0.1, -8.3, 0, () => {
    still.box(0, 0, 0, 11, 0.5, 0.8, { color: rgb('#8d2f2a') });
    still.box(0, 0.5, 0, 10.6, 1.5, 0.2, { color: rgb('#e8e4d8') });
    still.sign(0, 0.52, 0.12, 10.4, 1.46, shopSign('BOJONEGORO', '', '#efece2', '#b3201c', 448, 64), 0.35);
  });
  still.at(-7, 0, -46, 0, () => mosque(still));
  for (const x of [-46, 24, 45])
    still.at(x, 0, -46, 0, () =>
      shopRow(still, random, { units: 5, floors: 2, deep: 8, night: true, firstSign: Math.abs(x) }),
    );

  for (const [x, z, h, c] of [
    [-15.5, 1.4, 9, 4.4],
    [17, -16.5, 9.5, 4.6],
  ] as const)
    tree(
      still,
      swaying,
      x,
      0.1,
      z,
      {
        ...SHADE_TREE,
        height: h,
        crown: c,
        leaves: 2600,
        leaf: 0.42,
        sway: 0.06,
        dark: '#16220f',
        light: '#4c6428',
      },
      random,
    );
  for (const [x, z] of [
    [-24, -16],
    [-10, -21],
    [9, -24],
    [26, 1],
    [-29, 3],
  ] as const)
    tree(still, still, x, 0.1, z, { ...SHADE_TREE, height: 7, crown: 3.1, leaves: 1500, sway: 0 }, random);
  for (const [x, z] of [
    [-34, -30],
    [34, -30],
    [-20, -33],
    [19, -33],
  ] as const)
    palm(still, swaying, x, 0, z, 8.5, 0.08, random);
  for (let i = 0; i < 16; i++)
    tree(
      still,
      still,
      (i - 8) * 8 + random.range(-2, 2),
      0,
      random.range(-85, -64),
      { ...SHADE_TREE, height: 11, crown: 4.5, leaves: 600, leaf: 0.95, sway: 0 },
      random,
    );

  const lamps: Lamp[] = [];
  const steady: Glow[] = [];
  for (const [x, z, heading] of [
    [-3.6, 8.6, 0.8],
    [3.7, -3, -0.8],
    [-3.7, -9, 0.8],
    [3.7, -20, -0.8],
    [-22, 9, 2.4],
    [21, 9, 3.9],
    [-3.7, -29, 0.8],
  ] as const) {
    const at = streetLamp(still, x, z, heading, true, 0.9);
    lamps.push({ at, color: [13, 9.5, 5] });
    steady.push({ kind: 'halo', at, color: [1.5, 1.1, 0.6], radius: 1.3 });
  }
  for (const [x, z, food, color, heading] of [
    [-7, 10.8, 'BAKSO', '#20538a', 0.2],
    [-11.4, 11, 'SIOMAY', '#b3201c', -0.1],
    [8.4, 10.6, 'ES DEGAN', '#2a7a3c', -0.2],
    [-16.2, 10.9, 'CILOK', '#c07a16', 0.1],
    [2.6, -12.6, 'LEDRE', '#7a2f5a', -0.9],
  ] as const) {
    still.at(x, 0.02, z, heading, () => pushcart(still, food, color, 1));
    lamps.push({ at: [x, 1.9, z + 0.3], color: [1.5, 1.25, 0.8] });
    steady.push({ kind: 'halo', at: [x, 1.85, z + 0.5], color: [0.9, 0.8, 0.5], radius: 0.5 });
  }
  for (const [x, z] of [
    [-9.2, 11.4],
    [10.4, 11.2],
  ] as const)
    parasol(still, x, z, ['#b8322a', '#e2d7bb']);
  for (const x of [-5, 5, -10, 10]) still.box(x, 0.1, 9.2, 1.8, 0.42, 0.5, { color: rgb('#6a4a2c') });

  const fleet = makeFleet(random, true);
  const dark = makeFleet(random, false);
  const lanes = [
    fillLane(
      random,
      fleet,
      new Path([
        [-90, 16.2],
        [90, 16.2],
      ]),
      56,
      1.6,
      ['becak'],
      4,
    ),
    fillLane(
      random,
      fleet,
      new Path([
        [90, -36.9],
        [-90, -36.9],
      ]),
      56,
      2,
      ['car'],
      5,
    ),
    fillLane(
      random,
      fleet,
      new Path([
        [-90, -41.4],
        [90, -41.4],
      ]),
      56,
      2,
      ['car', 'angkot'],
      3,
    ),
  ];
  const parked = Array.from({ length: 12 }, (_, i) =>
    waitingThing(
      random.pick(dark.bikes),
      bikePaint(random),
      -20 + i * 0.95 + (i > 6 ? 22 : 0),
      13,
      Math.PI + 0.25 + random.range(-0.1, 0.1),
    ),
  );
  const crowd = makeCrowd(random, 28);
  const walks = (
    [
      [
        [-1.6, 13.4],
        [-1.9, 2],
        [-2.6, -5],
        [-2.4, -10],
        [-1.4, -33],
      ],
      [
        [1.2, -33],
        [2.4, -10],
        [2.9, -6],
        [1.8, 2],
        [1.4, 13.4],
      ],
      [
        [-38, 9.6],
        [-20, 9.4],
        [0, 9.8],
        [20, 9.3],
        [38, 9.6],
      ],
      [
        [38, -6.4],
        [12, -6.8],
        [3.2, -7.4],
        [-3, -9],
        [-8, -6.4],
        [-38, -6.2],
      ],
      [
        [2.4, 13.4],
        [2.2, 4],
        [3, -3.5],
        [8, -5.6],
        [38, -5.4],
      ],
    ] as const
  ).map((points, i) => ({ mesh: crowd[i], path: new Path(points), offset: random.range(0, 9.6) }));
  const strolls = (
    [
      [
        [-8.2, 12],
        [-6.4, 12.3],
      ],
      [
        [-0.6, 3],
        [0.2, 8.6],
      ],
      [
        [6.6, -6.5],
        [11, -6.2],
      ],
      [
        [-19, -2],
        [-23, 3],
      ],
      [
        [9, -14],
        [12, -11],
      ],
      [
        [-9, 1],
        [-6, 5],
      ],
    ] as const
  ).map((points, i) => ({ mesh: crowd[6 + i], path: new Path(points), phase: random.next() }));
  const standers = [
    [-6.6, 12, 3.3],
    [-7.6, 12.1, 2.9],
    [-11, 12.2, 3.2],
    [8, 11.9, 3],
    [9, 11.8, 3.4],
    [-15.8, 12, 3],
    [-7, 9.9, 0],
    [2, -11.6, 2.2],
    [-1.1, -3.8, 3.2],
    [-0.4, -3.7, 2.9],
    [0.9, -3.9, 3.6],
    [8, 2, 1],
    [8.7, 2.3, -2],
    [9.2, 1.6, -1],
    [-11, -1, 0.4],
    [-10.4, -0.2, 3.4],
    [14, 4, 2],
    [-20, -12, 1],
  ] as const;
  const drops = Array.from({ length: 90 }, () => ({ phase: random.next(), around: random.range(0, 6.2832) }));
  return {
    eye: EYE,
    target: [-2, 0.9, -5.5],
    fovDegrees: 56,
    focus: [0, 0, -14],
    reach: 52,
    mirrorY: 0,
    still,
    swaying,
    lamps,
    look: {
      ...DAY_LOOK,
      sun: { direction: [-0.86, 0.26, -0.42], color: [0.75, 0.34, 0.14], spread: 0.03 },
      skyTop: [0.085, 0.13, 0.27],
      skyLow: [0.4, 0.25, 0.2],
      ground: [0.1, 0.08, 0.075],
      cloud: [0.9, 0.42, 0.25],
      cloudy: 0.85,
      fog: [0.38, 0.25, 0.21],
      fogDensity: 0.0035,
      exposure: 1.15,
      tint: [1.03, 0.98, 0.97],
      saturation: 0.92,
      bloom: 0.4,
      grain: 0.013,
      black: 0.022,
    },
    things: (t) => [
      ...lanes.flatMap((lane) => laneThings(lane, t)),
      ...parked,
      ...walks.flatMap((walk) => processionThings(walk.mesh, walk.path, 9.6, walk.offset, t)),
      ...strolls.map((stroll) => strollerThing(stroll, t)),
      ...standers.map(([x, z, heading], i) =>
        standingThing(crowd[12 + (i % 16)], x, z, heading, i * 0.37, t),
      ),
    ],
    glows: (t) => [
      ...steady,
      ...lanes
        .flatMap((lane) => laneGlows(lane, t, EYE))
        .map((glow): Glow => (glow.kind === 'beam' ? { ...glow, color: [0.2, 0.18, 0.13] } : glow)),
      ...Array.from({ length: 90 }, (_, i): Glow => {
        const age = (t * 8 + drops[i].phase) % 1;
        const around = drops[i].around;
        return {
          kind: 'spot',
          at: [
            Math.cos(around) * age * 1.7,
            2.5 + 3.2 * age - 5 * age * age,
            -6.7 + Math.sin(around) * age * 1.7,
          ],
          color: [0.12, 0.11, 0.1],
          radius: 0.1 + 0.1 * age,
        };
      }),
    ],
  };
}

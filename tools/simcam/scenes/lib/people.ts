/** Walking and standing figures; limbs swing in the vertex shader. They look towards +z. */
import { LIMB, MATERIAL, Mesh } from './mesh.ts';
import type { Paint } from './mesh.ts';
import type { Random } from './random.ts';
import { rgb } from './vec.ts';

const SHIRTS = [
  '#c9c6bd',
  '#8c2f2a',
  '#25456f',
  '#3f6b3c',
  '#b58a2e',
  '#6c3f73',
  '#2b2d33',
  '#d98b6a',
  '#6f97a8',
  '#e0d7bf',
  '#9a9a96',
  '#a8436a',
];
const TROUSERS = ['#20242e', '#35302a', '#2c3b57', '#5a5148', '#18181a'];
const VEILS = ['#d8c7a8', '#7f3d4d', '#2e4a46', '#c9c9c9', '#46345a', '#1d1d22', '#b77f72'];
const SKINS = ['#8a5a36', '#a06c43', '#b27d54'];

export interface Outfit {
  readonly carrying?: boolean;
  readonly child?: boolean;
  readonly umbrella?: string;
}

export function person(random: Random, outfit: Outfit = {}): Mesh {
  const mesh = new Mesh();
  const skin: Paint = { color: rgb(random.pick(SKINS)) };
  const shirt: Paint = { color: rgb(random.pick(SHIRTS)) };
  const veiled = random.chance(0.42);
  const skirt = veiled && random.chance(0.65);
  const trousers: Paint = { color: rgb(random.pick(TROUSERS)) };
  const size = outfit.child === true ? 0.68 : random.range(0.93, 1.03);
  mesh.stretched(size, size, size, () => {
    for (const [side, leg, arm] of [
      [1, LIMB.leftLeg, LIMB.leftArm],
      [-1, LIMB.rightLeg, LIMB.rightArm],
    ] as const) {
      const cloth = { ...trousers, sway: leg };
      mesh.rod([side * 0.09, 0.9, 0], [side * 0.09, 0.45, 0.02], 0.085, cloth, 0.065, 7);
      mesh.rod([side * 0.09, 0.45, 0.02], [side * 0.09, 0.07, 0], 0.062, cloth, 0.05, 7);
      mesh.box(side * 0.09, 0, 0.05, 0.09, 0.08, 0.25, { color: [0.03, 0.025, 0.02], sway: leg });
      const sleeve = { ...shirt, sway: arm };
      mesh.rod([side * 0.22, 1.4, 0], [side * 0.26, 1.12, 0], 0.058, sleeve, 0.05, 6);
      mesh.rod(
        [side * 0.26, 1.12, 0],
        [side * 0.25, 0.84, 0.06],
        0.043,
        { ...(veiled ? shirt : skin), sway: arm },
        0.038,
        6,
      );
    }
    mesh.stretched(1, 1, 0.68, () =>
      mesh.rod([0, 0.88, 0], [0, 1.44, 0], skirt ? 0.2 : 0.165, shirt, 0.21, 9),
    );
    if (skirt) mesh.rod([0, 0.14, 0], [0, 0.95, 0], 0.27, trousers, 0.17, 9);
    mesh.ball([0, 1.43, 0], [0.215, 0.08, 0.12], shirt);
    mesh.rod([0, 1.44, 0], [0, 1.56, 0.01], 0.055, skin, 0.05, 6);
    mesh.ball([0, 1.63, 0.02], [0.092, 0.12, 0.108], skin, 7, 9);
    if (veiled) {
      const veil: Paint = { color: rgb(random.pick(VEILS)) };
      mesh.ball([0, 1.65, -0.015], [0.115, 0.13, 0.118], veil, 7, 9);
      mesh.rod([0, 1.3, 0], [0, 1.6, -0.01], 0.21, veil, 0.09, 9);
    } else {
      const hair = random.chance(0.3) ? rgb('#3a2f6a') : ([0.014, 0.012, 0.011] as const);
      mesh.ball([0, 1.67, -0.015], [0.1, 0.105, 0.112], { color: hair }, 6, 9);
    }
    if (outfit.carrying === true)
      mesh.box(0.3, 0.5, 0.08, 0.12, 0.32, 0.28, {
        color: rgb(random.pick(['#c2321f', '#1f1f22', '#e8e8e8', '#2d62a8'])),
        sway: LIMB.leftArm,
      });
    if (outfit.umbrella !== undefined) {
      mesh.rod([0.18, 1.2, 0.1], [0.05, 2.05, 0.05], 0.012, { color: [0.2, 0.2, 0.2] }, 0.012, 4);
      mesh.rod(
        [0.05, 1.8, 0.05],
        [0.05, 2.1, 0.05],
        0.55,
        { color: rgb(outfit.umbrella), material: MATERIAL.plain },
        0.02,
        10,
      );
    }
  });
  return mesh;
}

export function makeCrowd(random: Random, count: number): Mesh[] {
  return Array.from({ length: count }, (_, i) =>
    person(random, { carrying: i % 4 === 1, child: i % 9 === 5 }),
  );
}

/** Motion that closes over the loop: lanes of vehicles and walking people. */
import type { Fleet, Vehicle } from './vehicles.ts';
import { bikePaint, carPaint } from './vehicles.ts';
import type { Mesh } from './mesh.ts';
import type { Random } from './random.ts';
import type { Vec3 } from './vec.ts';
import { rgb } from './vec.ts';
import type { Glow, Thing } from '../scene.ts';

const TAU = 2 * Math.PI;

/** A smooth path on the ground through the given points (Catmull-Rom), measured in metres. */
export class Path {
  readonly #points: { x: number; z: number; at: number }[] = [];
  readonly long: number;

  constructor(corners: readonly (readonly [number, number])[]) {
    const corner = (i: number): readonly [number, number] =>
      corners[Math.max(0, Math.min(corners.length - 1, i))];
    let at = 0;
    for (let i = 0; i + 1 < corners.length; i++)
      for (let k = 0; k < 16; k++) {
        const u = k / 16;
        const [a, b, c, d] = [corner(i - 1), corner(i), corner(i + 1), corner(i + 2)];
        const spline = (axis: 0 | 1): number =>
          0.5 *
          (2 * b[axis] +
            (c[axis] - a[axis]) * u +
            (2 * a[axis] - 5 * b[axis] + 4 * c[axis] - d[axis]) * u * u +
            (3 * b[axis] - a[axis] - 3 * c[axis] + d[axis]) * u * u * u);
        at = this.#push(spline(0), spline(1), at);
      }
    const last = corner(corners.length - 1);
    this.long = this.#push(last[0], last[1], at);
  }

  #push(x: number, z: number, at: number): number {
    const before = this.#points.at(-1);
    const here = before === undefined ? 0 : at + Math.hypot(x - before.x, z - before.z);
    this.#points.push({ x, z, at: here });
    return here;
  }

  /** Place and heading `s` metres along, `aside` metres to the right. */
  pose(s: number, aside: number): { x: number; z: number; heading: number } {
    const points = this.#points;
    let i = 0;
    while (i + 2 < points.length && points[i + 1].at < s) i++;
    const a = points[i];
    const b = points[i + 1];
    const k = (s - a.at) / (b.at - a.at || 1);
    const heading = Math.atan2(b.x - a.x, b.z - a.z);
    return {
      x: a.x + (b.x - a.x) * k - Math.cos(heading) * aside,
      z: a.z + (b.z - a.z) * k + Math.sin(heading) * aside,
      heading,
    };
  }
}

export interface Rider {
  readonly vehicle: Vehicle;
  readonly tint: Vec3;
  /** Where in the repeating stretch it drives, metres. */
  readonly offset: number;
  readonly aside: number;
  /** Sideways wander, metres. */
  readonly wander: number;
  readonly phase: number;
}

/** Vehicles that repeat every `stretch` metres and drive exactly that far in one loop. */
export interface Lane {
  readonly path: Path;
  readonly stretch: number;
  readonly riders: readonly Rider[];
}

/** The pose of every vehicle of a lane at `t` in 0..1. */
export function laneThings(lane: Lane, t: number): Thing[] {
  const things: Thing[] = [];
  for (const rider of lane.riders) {
    const surge = 0.8 * Math.sin(TAU * (t + rider.phase));
    const base = rider.offset + lane.stretch * t + surge;
    for (
      let s = base - Math.ceil(base / lane.stretch) * lane.stretch;
      s < lane.path.long;
      s += lane.stretch
    ) {
      if (s < 0) continue;
      const sway = Math.sin(TAU * (t + rider.phase * 1.7));
      const pose = lane.path.pose(s, rider.aside + rider.wander * sway);
      const turn = (rider.wander * TAU * Math.cos(TAU * (t + rider.phase * 1.7))) / lane.stretch;
      things.push({
        mesh: rider.vehicle.mesh,
        x: pose.x,
        y: 0,
        z: pose.z,
        heading: pose.heading - turn,
        lean: rider.vehicle.wide < 0.9 ? -turn * 1.2 : 0,
        tint: rider.tint,
      });
    }
  }
  return things;
}

/** Halos and beams of everything in a lane after dark. */
export function laneGlows(lane: Lane, t: number, eye: Vec3): Glow[] {
  const glows: Glow[] = [];
  for (const rider of lane.riders)
    for (const thing of laneThings({ ...lane, riders: [rider] }, t))
      glows.push(...headlights(rider.vehicle, thing, eye));
  return glows;
}

export function headlights(vehicle: Vehicle, thing: Thing, eye: Vec3): Glow[] {
  const [high, half] = vehicle.lamps;
  if (high === 0) return [];
  const glows: Glow[] = [];
  const forward: Vec3 = [Math.sin(thing.heading), 0, Math.cos(thing.heading)];
  const right: Vec3 = [Math.cos(thing.heading), 0, -Math.sin(thing.heading)];
  const away = Math.hypot(eye[0] - thing.x, eye[2] - thing.z);
  const facing = ((eye[0] - thing.x) * forward[0] + (eye[2] - thing.z) * forward[2]) / away;
  for (const side of half === 0 ? [0] : [-1, 1]) {
    const place = (ahead: number): Vec3 => [
      thing.x + forward[0] * ahead + right[0] * side * half,
      high,
      thing.z + forward[2] * ahead + right[2] * side * half,
    ];
    const nose = vehicle.long / 2 + 0.12;
    if (facing > 0.05)
      glows.push({
        kind: 'halo',
        at: place(nose),
        color: [3.4 * facing, 3.2 * facing, 2.7 * facing],
        radius: 0.5 + 0.3 * facing,
      });
    if (facing < -0.05)
      glows.push({ kind: 'halo', at: place(-nose), color: [1.0, 0.03, 0.02], radius: 0.38 });
  }
  const reach = 5.5;
  glows.push({
    kind: 'beam',
    at: [
      thing.x + forward[0] * (vehicle.long / 2 + reach),
      0.03,
      thing.z + forward[2] * (vehicle.long / 2 + reach),
    ],
    color: [0.15, 0.135, 0.1],
    beam: [half === 0 ? 1.5 : 2.3, reach, thing.heading],
  });
  return glows;
}

/** Fills a lane with a believable Indonesian mix: mostly motorbikes. */
export function fillLane(
  random: Random,
  fleet: Fleet,
  path: Path,
  stretch: number,
  wide: number,
  mix: readonly ('car' | 'angkot' | 'truck' | 'bus' | 'becak')[],
  bikes: number,
): Lane {
  const riders: Rider[] = [];
  const slot = stretch / Math.max(1, mix.length);
  const taken: number[] = [];
  mix.forEach((kind, i) => {
    const offset = i * slot + random.range(0, slot * 0.25);
    const chosen = {
      car: fleet.cars,
      angkot: fleet.angkots,
      truck: fleet.trucks,
      bus: [fleet.bus],
      becak: fleet.becaks,
    }[kind];
    const tint = {
      car: carPaint(random),
      angkot: rgb(random.pick(['#d8b21e', '#2f8a4a', '#2c6fb0'])),
      truck: rgb(random.pick(['#c9a41f', '#2a4f86', '#8a2a22'])),
      bus: rgb('#c9ccd0'),
      becak: rgb('#2a5fa5'),
    }[kind];
    const aside = kind === 'becak' ? wide * 0.32 : random.range(-0.15, 0.1) * wide;
    riders.push({ vehicle: random.pick(chosen), tint, offset, aside, wander: 0.12, phase: random.next() });
    taken.push(offset);
  });
  let tries = 0;
  const placed: { offset: number; aside: number }[] = [];
  while (placed.length < bikes && tries++ < 4000) {
    const offset = random.range(0, stretch);
    const aside = random.range(-0.46, 0.5) * wide;
    const clash = (at: number, gap: number): boolean =>
      Math.min(Math.abs(offset - at), stretch - Math.abs(offset - at)) < gap;
    if (taken.some((at) => clash(at, 6)) && Math.abs(aside) < wide * 0.42) continue;
    if (taken.some((at) => clash(at, 6.5)) && mix.includes('truck')) continue;
    if (placed.some((other) => clash(other.offset, 3.2) && Math.abs(other.aside - aside) < 1.15)) continue;
    placed.push({ offset, aside });
    riders.push({
      vehicle: random.pick(fleet.bikes),
      tint: bikePaint(random),
      offset,
      aside,
      wander: random.range(0.08, 0.28),
      phase: random.next(),
    });
  }
  return { path, stretch, riders };
}

/** Somebody who walks a path in one loop. */
export interface Walker {
  readonly mesh: Mesh;
  readonly path: Path;
  /** Start phase in the loop. */
  readonly phase: number;
}

const STEP_METRES = 1.35;

/** A walker covers its path in one loop; the ends must lie behind something, or off the picture. */
export function walkerThing(walker: Walker, t: number): Thing {
  const u = (((t + walker.phase) % 1) + 1) % 1;
  const s = u * walker.path.long;
  const pose = walker.path.pose(s, 0);
  const steps = Math.max(1, Math.round(walker.path.long / STEP_METRES));
  return {
    mesh: walker.mesh,
    x: pose.x,
    y: 0.02 + 0.03 * Math.abs(Math.sin(TAU * u * steps)),
    z: pose.z,
    heading: pose.heading,
    swing: u * steps,
  };
}

/** Somebody who walks to the end, waits, turns and comes back within the loop. */
export function strollerThing(walker: Walker, t: number): Thing {
  const u = (((t + walker.phase) % 1) + 1) % 1;
  const out = u < 0.5;
  const half = out ? u * 2 : (u - 0.5) * 2;
  const eased = half < 0.85 ? half / 0.85 : 1;
  const s = (out ? eased : 1 - eased) * walker.path.long;
  const pose = walker.path.pose(Math.min(walker.path.long - 0.01, Math.max(0.01, s)), 0);
  const turning = half < 0.85 ? 0 : (half - 0.85) / 0.15;
  const steps = Math.max(1, Math.round(walker.path.long / STEP_METRES));
  const heading = pose.heading + (out ? 0 : Math.PI) + turning * Math.PI;
  return {
    mesh: walker.mesh,
    x: pose.x,
    y: 0.02,
    z: pose.z,
    heading,
    swing: half < 0.85 ? eased * steps : 0,
  };
}

/** Somebody standing: shifts weight and turns a little. */
export function standingThing(
  mesh: Mesh,
  x: number,
  z: number,
  heading: number,
  phase: number,
  t: number,
): Thing {
  const swing = 0.04 * Math.sin(TAU * (2 * t + phase));
  return {
    mesh,
    x,
    y: 0.02,
    z,
    heading: heading + 0.35 * Math.sin(TAU * (t + phase)),
    swing,
    lean: 0.015 * Math.sin(TAU * (t + phase * 3)),
  };
}

/** Vehicles that wait, hardly moving. */
export function waitingThing(vehicle: Vehicle, tint: Vec3, x: number, z: number, heading: number): Thing {
  return { mesh: vehicle.mesh, x, y: 0, z, heading, tint };
}

/** People of one look walking the whole path behind one another, `stretch` metres apart, one stretch per loop. */
export function processionThings(
  mesh: Mesh,
  path: Path,
  stretch: number,
  offset: number,
  t: number,
): Thing[] {
  const things: Thing[] = [];
  const steps = Math.max(1, Math.round(stretch / STEP_METRES));
  for (let s = (((offset + stretch * t) % stretch) + stretch) % stretch; s < path.long; s += stretch) {
    const pose = path.pose(s, 0);
    things.push({ mesh, x: pose.x, y: 0.02, z: pose.z, heading: pose.heading, swing: t * steps + offset });
  }
  return things;
}

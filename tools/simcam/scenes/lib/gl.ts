/** Small helpers over WebGL2: programs, textures, targets, meshes. */
import { VERTEX_FLOATS } from './mesh.ts';
import type { Mesh } from './mesh.ts';

export class Program {
  readonly #gl: WebGL2RenderingContext;
  readonly #program: WebGLProgram;
  readonly #places = new Map<string, WebGLUniformLocation | null>();
  #unit = 0;

  constructor(gl: WebGL2RenderingContext, vertex: string, fragment: string) {
    this.#gl = gl;
    this.#program = gl.createProgram();
    for (const [kind, source] of [
      [gl.VERTEX_SHADER, vertex],
      [gl.FRAGMENT_SHADER, fragment],
    ] as const) {
      const shader = gl.createShader(kind);
      if (shader === null) throw new Error('the browser lost its WebGL context');
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      if (gl.getShaderParameter(shader, gl.COMPILE_STATUS) !== true)
        throw new Error(gl.getShaderInfoLog(shader) ?? 'shader');
      gl.attachShader(this.#program, shader);
    }
    gl.linkProgram(this.#program);
    if (gl.getProgramParameter(this.#program, gl.LINK_STATUS) !== true)
      throw new Error(gl.getProgramInfoLog(this.#program) ?? 'link');
  }

  use(): this {
    this.#gl.useProgram(this.#program);
    this.#unit = 0;
    return this;
  }

  #place(name: string): WebGLUniformLocation | null {
    let place = this.#places.get(name);
    if (place === undefined) {
      place = this.#gl.getUniformLocation(this.#program, name);
      this.#places.set(name, place);
    }
    return place;
  }

  float(name: string, value: number): this {
    this.#gl.uniform1f(this.#place(name), value);
    return this;
  }

  int(name: string, value: number): this {
    this.#gl.uniform1i(this.#place(name), value);
    return this;
  }

  vec(name: string, value: readonly number[]): this {
    const place = this.#place(name);
    if (value.length === 2) this.#gl.uniform2fv(place, value);
    else if (value.length === 3) this.#gl.uniform3fv(place, value);
    else this.#gl.uniform4fv(place, value);
    return this;
  }

  vec3s(name: string, values: readonly number[]): this {
    if (values.length > 0) this.#gl.uniform3fv(this.#place(name), values);
    return this;
  }

  vec4s(name: string, values: readonly number[]): this {
    if (values.length > 0) this.#gl.uniform4fv(this.#place(name), values);
    return this;
  }

  matrix(name: string, value: readonly number[]): this {
    this.#gl.uniformMatrix4fv(this.#place(name), false, value);
    return this;
  }

  texture(name: string, texture: WebGLTexture): this {
    this.#gl.activeTexture(this.#gl.TEXTURE0 + this.#unit);
    this.#gl.bindTexture(this.#gl.TEXTURE_2D, texture);
    this.#gl.uniform1i(this.#place(name), this.#unit);
    this.#unit++;
    return this;
  }
}

export interface Target {
  readonly buffer: WebGLFramebuffer;
  readonly color: WebGLTexture;
  readonly depth: WebGLTexture;
  readonly wide: number;
  readonly high: number;
}

/** A picture to draw into: `format` is the colour's internal format, or null for a shadow map. */
export function makeTarget(
  gl: WebGL2RenderingContext,
  wide: number,
  high: number,
  format: number | null,
  compare = false,
): Target {
  const buffer = gl.createFramebuffer();
  const color = gl.createTexture();
  const depth = gl.createTexture();
  gl.bindFramebuffer(gl.FRAMEBUFFER, buffer);
  gl.bindTexture(gl.TEXTURE_2D, depth);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.DEPTH_COMPONENT24, wide, high);
  for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T])
    gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
  const filter = compare ? gl.LINEAR : gl.NEAREST;
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter);
  if (compare) gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_COMPARE_MODE, gl.COMPARE_REF_TO_TEXTURE);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.TEXTURE_2D, depth, 0);
  if (format === null) {
    gl.drawBuffers([gl.NONE]);
    gl.readBuffer(gl.NONE);
  } else {
    gl.bindTexture(gl.TEXTURE_2D, color);
    gl.texStorage2D(gl.TEXTURE_2D, 1, format, wide, high);
    for (const side of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T])
      gl.texParameteri(gl.TEXTURE_2D, side, gl.CLAMP_TO_EDGE);
    for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, side, gl.LINEAR);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, color, 0);
  }
  if (gl.checkFramebufferStatus(gl.FRAMEBUFFER) !== gl.FRAMEBUFFER_COMPLETE)
    throw new Error('incomplete framebuffer');
  return { buffer, color, depth, wide, high };
}

export function into(gl: WebGL2RenderingContext, target: Target): void {
  gl.bindFramebuffer(gl.FRAMEBUFFER, target.buffer);
  gl.viewport(0, 0, target.wide, target.high);
}

/** Uploads a mesh once and remembers it. */
export class MeshStore {
  readonly #gl: WebGL2RenderingContext;
  readonly #arrays = new Map<Mesh, WebGLVertexArrayObject>();

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
  }

  draw(mesh: Mesh): void {
    if (mesh.vertexCount === 0) return;
    const gl = this.#gl;
    let array = this.#arrays.get(mesh);
    if (array === undefined) {
      array = gl.createVertexArray();
      gl.bindVertexArray(array);
      gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
      gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(mesh.data), gl.STATIC_DRAW);
      let offset = 0;
      [3, 3, 3, 2, 3].forEach((size, index) => {
        gl.enableVertexAttribArray(index);
        gl.vertexAttribPointer(index, size, gl.FLOAT, false, VERTEX_FLOATS * 4, offset * 4);
        offset += size;
      });
      this.#arrays.set(mesh, array);
    }
    gl.bindVertexArray(array);
    gl.drawArrays(gl.TRIANGLES, 0, mesh.vertexCount);
  }
}

/** A target with colour in `color` and normals in `normal`, for lighting after drawing. */
export function makeSurfaceTarget(
  gl: WebGL2RenderingContext,
  wide: number,
  high: number,
): Target & { readonly normal: WebGLTexture } {
  const target = makeTarget(gl, wide, high, gl.RGBA16F);
  const normal = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D, normal);
  gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA16F, wide, high);
  for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
    gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT1, gl.TEXTURE_2D, normal, 0);
  gl.drawBuffers([gl.COLOR_ATTACHMENT0, gl.COLOR_ATTACHMENT1]);
  return { ...target, normal };
}

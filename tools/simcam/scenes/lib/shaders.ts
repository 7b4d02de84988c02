/** GLSL of the scene renderer: surface patterns, lighting, compositing and the camera's own look. */

export const VERTEX = `#version 300 es
layout(location=0) in vec3 aPos; layout(location=1) in vec3 aNor; layout(location=2) in vec3 aCol;
layout(location=3) in vec2 aUv; layout(location=4) in vec3 aMat;
uniform mat4 uModel, uViewProj; uniform float uTime, uSwing; uniform vec2 uJitter; uniform vec3 uTint;
out vec3 vPos, vNor, vCol; out vec2 vUv; flat out float vMat; out float vGlow;
const float TAU = 6.2831853;
void main() {
  vec3 p = aPos; vec3 n = aNor; float sway = aMat.z;
  if (sway > 9.0) {
    float legs = step(sway, 11.5);
    float side = (sway == 10.0 || sway == 13.0) ? 1.0 : -1.0;
    float pivot = mix(1.38, 0.88, legs);
    float a = sin(uSwing * TAU) * side * mix(0.42, 0.5, legs);
    float c = cos(a), s = sin(a); vec2 q = p.yz - vec2(pivot, 0.0);
    p.yz = vec2(c * q.x - s * q.y, s * q.x + c * q.y) + vec2(pivot, 0.0);
  }
  vec4 w = uModel * vec4(p, 1.0);
  if (sway > 0.0 && sway < 9.0) {
    float t = uTime * TAU;
    w.x += sway * (0.6 * sin(2.0 * t + w.x * 0.35 + w.z * 0.25) + 0.3 * sin(7.0 * t + w.x * 2.1 + w.y * 1.7));
    w.z += sway * (0.4 * sin(3.0 * t + w.z * 0.4) + 0.25 * sin(9.0 * t + w.z * 2.3 + w.y * 1.3));
    w.y += sway * 0.2 * sin(5.0 * t + w.x * 1.1);
  }
  vPos = w.xyz; vNor = mat3(uModel) * n; vUv = aUv; vMat = aMat.x; vGlow = aMat.y;
  vCol = aCol.x < 0.0 ? uTint * -aCol.x : aCol;
  gl_Position = uViewProj * w; gl_Position.xy += uJitter * gl_Position.w;
}`;

const NOISE = `
float hash(vec2 p) { p = fract(p * vec2(123.34, 456.21)); p += dot(p, p + 45.32); return fract(p.x * p.y); }
float noise(vec2 p) { vec2 i = floor(p), f = fract(p); f = f * f * (3.0 - 2.0 * f);
  return mix(mix(hash(i), hash(i + vec2(1, 0)), f.x), mix(hash(i + vec2(0, 1)), hash(i + vec2(1, 1)), f.x), f.y); }
float fbm(vec2 p) { return 0.5 * noise(p) + 0.25 * noise(p * 2.03 + 7.1) + 0.15 * noise(p * 4.1 + 3.7) + 0.1 * noise(p * 8.3); }
`;

const SURFACE = `
uniform sampler2D uAtlas;
in vec3 vPos, vNor, vCol; in vec2 vUv; flat in float vMat; in float vGlow;
vec3 surface(out float wet, out float gloss) {
  vec3 c = vCol; wet = 0.0; gloss = 0.0; int m = int(vMat + 0.5); vec2 g = vPos.xz;
  vec2 side = abs(vNor.y) > 0.7 ? g : vec2(vPos.x + vPos.z, vPos.y);
  if (m == 0) c *= 0.92 + 0.16 * noise(side * 4.0);
  else if (m == 1) {
    c *= 0.72 + 0.5 * fbm(g * 0.28); c *= 0.9 + 0.2 * noise(g * 9.0);
    float patch_ = smoothstep(0.66, 0.68, noise(floor(g * 0.23) * 3.1 + 9.0)); c *= 1.0 - 0.22 * patch_;
    float crack = smoothstep(0.03, 0.0, abs(fbm(g * 0.45 + 31.0) - 0.47)); c *= 1.0 - 0.28 * crack;
    c *= 1.0 - 0.3 * smoothstep(0.6, 0.85, noise(g * 0.7 + 3.0)); wet = 0.55 + 0.45 * smoothstep(0.35, 0.7, fbm(g * 0.22 + 5.0));
  } else if (m == 2) {
    float row = vUv.y / 0.32, rf = fract(row); float col = vUv.x / 0.26;
    c *= 0.62 + 0.42 * (1.0 - rf) * (0.8 + 0.2 * cos(col * 6.283)); c *= 0.72 + 0.5 * hash(vec2(floor(row), floor(col)) * 0.37);
    c = mix(c, vec3(0.035, 0.04, 0.025), 0.65 * smoothstep(0.45, 0.75, fbm(vUv * 0.6 + vPos.xz * 0.2)));
  } else if (m == 3) {
    vec2 q = g / vec2(0.42, 0.21); q.x += 0.5 * mod(floor(q.y), 2.0); vec2 f = fract(q);
    c *= 0.78 + 0.3 * hash(floor(q)); c *= 1.0 - 0.35 * (1.0 - smoothstep(0.0, 0.1, min(f.x, 1.0 - f.x) * 2.0) * smoothstep(0.0, 0.16, min(f.y, 1.0 - f.y) * 2.0));
    c *= 0.7 + 0.55 * fbm(g * 0.5); wet = 0.5 * smoothstep(0.4, 0.7, fbm(g * 0.4));
  } else if (m == 4) {
    float k = fbm(g * 0.4); c = mix(c, vec3(0.16, 0.13, 0.075), smoothstep(0.5, 0.72, k)); c *= 0.6 + 0.55 * noise(g * 5.0) + 0.3 * noise(g * 17.0);
  } else if (m == 5) wet = 2.0;
  else if (m == 6) { vec4 t = texture(uAtlas, vUv); c = pow(t.rgb, vec3(2.2)) * vCol; if (t.a < 0.5) discard; c *= 0.85 + 0.2 * noise(side * 2.0); }
  else if (m == 7) gloss = 0.9;
  else if (m == 8) { c *= 0.72 + 0.3 * sin(vUv.x * 6.283 / 0.19); c *= 0.62 + 0.6 * fbm(vUv * vec2(1.7, 0.5));
    c = mix(c, vec3(0.13, 0.06, 0.03), 0.55 * smoothstep(0.55, 0.75, fbm(vUv * vec2(1.3, 0.6) + 11.0))); }
  else if (m == 9) { float s = fbm(vec2(side.x * 2.4, side.y * 0.3)); c *= 0.72 + 0.42 * fbm(side * 0.8); c *= 1.0 - 0.36 * smoothstep(0.45, 0.75, s);
    c = mix(c, c * vec3(0.42, 0.4, 0.36), smoothstep(0.8, 0.0, vPos.y) * 0.8); }
  else if (m == 10) c *= 1.0;
  else if (m == 11) { float worn = smoothstep(0.5, 0.74, fbm(g * 1.7) + 0.22 * noise(g * 11.0)); c = mix(c * (0.75 + 0.3 * noise(g * 3.0)), vec3(0.06), worn * 0.85); wet = 0.5; }
  else if (m == 12) { c = mod(floor(vUv.x / 0.9), 2.0) < 1.0 ? vec3(0.55) : vec3(0.02); c *= 0.55 + 0.6 * fbm(side * 2.5); }
  else if (m == 13) { c *= 0.66 + 0.55 * fbm(side * 0.7); c *= 1.0 - 0.4 * smoothstep(0.5, 0.8, fbm(vec2(side.x * 1.8, side.y * 0.25) + 4.0)); wet = 0.3; }
  else if (m == 14) { c *= 0.66 + 0.42 * fract(vUv.y / 0.16); c *= 0.75 + 0.4 * fbm(side); }
  else if (m == 15) { c *= 0.4 + 0.9 * noise(g * 11.0); c *= 0.75 + 0.4 * noise(g * 1.3); }
  else if (m == 16) { c = mod(floor(vUv.x / 0.45), 2.0) < 1.0 ? c : vec3(0.62, 0.6, 0.55); c *= 0.72 + 0.4 * fbm(vUv * 1.4); }
  else if (m == 17) gloss = 0.55;
  else if (m == 18) {
    vec2 q = vUv / vec2(1.6, 1.9); vec2 f = fract(q); bool glass = f.x > 0.16 && f.x < 0.84 && f.y > 0.2 && f.y < 0.75;
    if (glass) { bool bar = abs(f.x - 0.5) < 0.025; c = bar ? vec3(0.3) : vec3(0.02, 0.026, 0.032) * (0.7 + hash(floor(q)) * 1.2); gloss = 0.5; }
    else { c *= 0.75 + 0.35 * fbm(side * 0.7); c *= 1.0 - 0.33 * smoothstep(0.45, 0.75, fbm(vec2(side.x * 2.4, side.y * 0.3))); if (f.y > 0.75 && f.y < 0.8 && f.x > 0.1 && f.x < 0.9) c *= 0.5; }
  }
  return c;
}`;

/** The few patterns moving things need; software renderers run every branch, so the list is short. */
const SIMPLE_SURFACE = `
uniform sampler2D uAtlas;
in vec3 vPos, vNor, vCol; in vec2 vUv; flat in float vMat; in float vGlow;
vec3 surface(out float wet, out float gloss) {
  int m = int(vMat + 0.5); vec4 t = texture(uAtlas, vUv); wet = 0.0;
  gloss = m == 7 ? 0.9 : m == 17 ? 0.55 : 0.0; vec3 c = m == 6 ? pow(t.rgb, vec3(2.2)) * vCol : vCol;
  if (m == 8) c *= 0.8 + 0.25 * sin(vUv.x * 33.0);
  if (m == 16) c = fract(vUv.x * 1.1) < 0.5 ? c : vec3(0.55, 0.53, 0.48);
  return c;
}`;

const SHADOW = `
float lit(highp sampler2DShadow map, mat4 vp, vec3 p) {
  vec3 s = (vp * vec4(p, 1.0)).xyz * 0.5 + 0.5;
  if (any(greaterThan(abs(s - 0.5), vec3(0.5)))) return 1.0;
  return texture(map, vec3(s.xy, s.z - 0.0006));
}`;

const HEAD = `#version 300 es
precision highp float; precision highp int; precision highp sampler2DShadow;
`;

export const DEPTH_ONLY = `${HEAD}
in vec3 vPos; uniform float uClipY; void main() { if (vPos.y < uClipY) discard; }`;

/** Colour, wetness, normal and glow of the still town, before any light; glow -1 marks leaves. */
export const SURFACES = `${HEAD}${NOISE}${SURFACE}
uniform vec3 uEye; uniform float uClipY; layout(location=0) out vec4 oAlbedo; layout(location=1) out vec4 oNormal;
void main() {
  if (vPos.y < uClipY) discard;
  float wet, gloss; vec3 albedo = surface(wet, gloss); vec3 n = normalize(vNor); if (dot(n, uEye - vPos) < 0.0) n = -n;
  oAlbedo = vec4(albedo, wet); oNormal = vec4(n, int(vMat + 0.5) == 10 ? -1.0 : vGlow);
}`;

/** One light's share of the still town; added up over many lights. */
export const LIGHT = `${HEAD}
in vec2 vUv; layout(location=0) out vec4 oSum; uniform sampler2D uAlbedo, uNormal, uDepth; uniform highp sampler2DShadow uShadow;
uniform mat4 uInverse, uLightVp; uniform vec4 uLight; uniform vec3 uLightColor, uAmbient; uniform float uShare;
void main() {
  float depth = texture(uDepth, vUv).r; if (depth >= 1.0) { oSum = vec4(0.0); return; }
  vec4 w = uInverse * vec4(vec3(vUv, depth) * 2.0 - 1.0, 1.0); vec3 p = w.xyz / w.w;
  vec4 albedo = texture(uAlbedo, vUv), nor = texture(uNormal, vUv); vec3 n = nor.xyz, l = uLight.xyz, e = uLightColor;
  if (uLight.w > 0.5) { vec3 d = uLight.xyz - p; float r = length(d); l = d / r; e /= 0.6 + r * r; }
  float k = dot(n, l); if (nor.w < -0.5) k = abs(k) * 0.6 + 0.25;
  if (k > 0.0) { vec4 q = uLightVp * vec4(p + n * 0.07, 1.0); vec3 s = q.xyz / q.w * 0.5 + 0.5;
    float seen = q.w > 0.0 && all(lessThan(abs(s - 0.5), vec3(0.5))) ? texture(uShadow, vec3(s.xy, s.z - 0.0006)) : 1.0; e *= k * seen; }
  else e = vec3(0.0);
  oSum = vec4(albedo.rgb * (e + uAmbient * (0.75 - 0.25 * n.y) + max(nor.w, 0.0) * uShare), albedo.a * uShare);
}`;

/** Moving things, lit in one go. */
export const DYNAMIC = `${HEAD}${SIMPLE_SURFACE}${SHADOW}
uniform vec3 uSun, uSunColor, uSkyTop, uSkyLow, uGround, uEye, uFog; uniform float uFogDensity, uClipY;
uniform mat4 uSunVp; uniform sampler2DShadow uSunStatic, uSunDynamic; uniform vec4 uLamp[12]; uniform vec3 uLampColor[12]; uniform int uLamps;
layout(location=0) out vec4 oColor;
void main() {
  if (vPos.y < uClipY) discard;
  float wet, gloss; vec3 albedo = surface(wet, gloss); vec3 n = normalize(vNor); vec3 v = normalize(uEye - vPos);
  bool leaf = int(vMat + 0.5) == 10; if (!leaf && dot(n, v) < 0.0) n = -n;
  float low = leaf ? 1.0 : mix(0.45, 1.0, smoothstep(0.0, 0.9, vPos.y + 0.1 + max(n.y, 0.0)));
  vec3 light = mix(uGround, mix(uSkyLow, uSkyTop, clamp(n.y, 0.0, 1.0)), clamp(n.y * 0.5 + 0.5, 0.0, 1.0)) * low;
  float k = dot(n, uSun); if (leaf) k = abs(k) * 0.6 + 0.3;
  float s = 0.0;
  if (k > 0.0 && uSunColor.r > 0.0) { vec3 p = vPos + n * 0.06 + uSun * 0.05; s = min(lit(uSunStatic, uSunVp, p), lit(uSunDynamic, uSunVp, p)); light += uSunColor * k * s; }
  for (int i = 0; i < 12; i++) { if (i >= uLamps) break; vec3 d = uLamp[i].xyz - vPos; float r2 = dot(d, d); light += uLampColor[i] * max(dot(n, d * inversesqrt(r2)), 0.0) / (0.6 + r2); }
  vec3 c = albedo * (light + vGlow);
  if (gloss > 0.0) { float f = 0.04 + 0.96 * pow(1.0 - max(dot(n, v), 0.0), 5.0); vec3 r = reflect(-v, n);
    vec3 env = r.y > 0.0 ? mix(uSkyLow, uSkyTop, clamp(r.y * 1.5, 0.0, 1.0)) : uGround; c = c * (1.0 - f * gloss) + env * f * gloss * 1.2 + gloss * 0.06 * env;
    c += uSunColor * s * gloss * 1.4 * pow(max(dot(r, uSun), 0.0), 90.0); }
  c = mix(uFog, c, exp(-distance(uEye, vPos) * uFogDensity)); oColor = vec4(c, 1.0);
}`;

export const FULLSCREEN = `#version 300 es
out vec2 vUv; void main() { vec2 p = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2); vUv = p; gl_Position = vec4(p * 2.0 - 1.0, 0.0, 1.0); }`;

/** The sky behind the town, drawn once. */
export const SKY = `${HEAD}${NOISE}
in vec2 vUv; layout(location=0) out vec4 oColor; uniform sampler2D uDepth; uniform mat4 uInverse; uniform vec3 uEye, uFog, uSkyTop, uSkyLow, uCloud; uniform float uCloudy;
vec3 skyColor(vec3 d) { float h = clamp(d.y, 0.0, 1.0); vec3 c = mix(uSkyLow, uSkyTop, pow(h, 0.6)); vec2 q = d.xz / (d.y + 0.12);
  float f = fbm(q * 1.3 + 5.0); return mix(c, uCloud, uCloudy * smoothstep(0.38, 0.68, f)); }
void main() { if (texture(uDepth, vUv).r < 1.0) discard;
  vec4 w = uInverse * vec4(vUv * 2.0 - 1.0, 1.0, 1.0); vec3 d = normalize(w.xyz / w.w - uEye);
  oColor = vec4(mix(skyColor(d), uFog, clamp(1.0 - d.y * 6.0, 0.0, 1.0) * 0.8), 0.0); }`;

/** The baked town with moving shadows, reflections in what is wet, water and fog. */
export const COMPOSE = `${HEAD}${NOISE}
in vec2 vUv; layout(location=0) out vec4 oColor;
uniform sampler2D uSky, uSunlit, uDepth, uMirror, uOver; uniform sampler2DShadow uSunDynamic; uniform sampler2D uAbove;
uniform mat4 uInverse, uSunVp, uAboveVp; uniform vec3 uEye, uFog, uSkyTop, uSkyLow, uCloud, uWater; uniform float uFogDensity, uTime, uWet, uHasSun, uRain, uCloudy, uAboveDepth, uBackground;
uniform vec2 uFlow;
const float TAU = 6.2831853;
#ifdef WATER
float ripple(vec2 p, float t) { float h = 0.0;
  for (int i = 0; i < 2; i++) { float ph = fract(t * 4.0 + float(i) * 0.5); vec2 q = p - uFlow * (ph - 0.5) * 2.4; float w = 1.0 - abs(ph * 2.0 - 1.0);
    h += w * (noise(q * vec2(1.1, 1.6) + float(i) * 17.0) + 0.5 * noise(q * vec2(2.7, 3.4) + float(i) * 9.0) + 0.22 * noise(q * 7.1)); }
  return h; }
#endif
const vec2 DISK[8] = vec2[8](vec2(0.00187, 0.00000), vec2(-0.00239, 0.00219), vec2(0.00037, -0.00418), vec2(0.00302, 0.00394), vec2(-0.00554, -0.00098), vec2(0.00525, -0.00334), vec2(-0.00176, 0.00653), vec2(-0.00335, -0.00645));
void main() {
  float depth = texture(uDepth, vUv).r; vec4 clip = vec4(vUv * 2.0 - 1.0, depth * 2.0 - 1.0, 1.0); vec4 w = uInverse * clip; vec3 p = w.xyz / w.w;
  vec3 d = normalize(p - uEye);
  vec4 sky = texture(uSky, vUv); if (depth >= 1.0) { oColor = vec4(sky.rgb, 1.0); return; }
  vec3 sun = texture(uSunlit, vUv).rgb; float wet = sky.a;
  float s = 1.0;
#ifdef SUN
  { vec4 q = uSunVp * vec4(p, 1.0); vec3 m = q.xyz * 0.5 + 0.5; s = 0.0;
    s = texture(uSunDynamic, vec3(m.xy, m.z - 0.0004)); }
#endif
  vec4 a = uAboveVp * vec4(p, 1.0); vec2 am = a.xy * 0.5 + 0.5; float hid = 0.0;
  for (int i = 0; i < 8; i++) { float z = texture(uAbove, am + DISK[i]).r;
    float high = (a.z * 0.5 + 0.5 - z) * uAboveDepth; if (high > 0.15) hid += 1.0 - smoothstep(1.5, 9.0, high); }
  vec3 c = sky.rgb * (1.0 - 0.78 * hid / 8.0) + sun * s;
  float k = min(wet, 1.0) * uWet;
#ifdef WATER
  if (wet > 1.4) {
    float e = 0.12; float h0 = ripple(p.xz, uTime), hx = ripple(p.xz + vec2(e, 0), uTime), hz = ripple(p.xz + vec2(0, e), uTime);
    float far = exp(-distance(uEye, p) * 0.02); vec3 n = normalize(vec3((h0 - hx) / e * 0.16 * far, 1.0, (h0 - hz) / e * 0.16 * far));
    float f = 0.03 + 0.97 * pow(1.0 - max(dot(n, -d), 0.0), 5.0); vec2 off = n.xz * vec2(0.09, 0.16);
    vec3 mir = vec3(0.0); for (int i = 0; i < 5; i++) mir += texture(uMirror, clamp(vUv + off + vec2(0.0, (float(i) - 2.0) * 0.008), 0.001, 0.999)).rgb / 5.0;
    vec3 lit = sky.rgb + sun * s; c = lit * uWater * (0.8 + 0.28 * h0) * (1.0 - 0.5 * hid / 8.0); c = mix(c, mir, clamp(f * 1.1, 0.0, 0.9));
    float foam = smoothstep(0.97, 1.25, h0) * far; c += foam * 0.1 * lit;
  }
#endif
#ifdef WET
  if (wet < 1.4 && k > 0.01) {
    float rip = 0.0; if (uRain > 0.0) { vec2 cell = floor(p.xz * 3.0), q = fract(p.xz * 3.0) - 0.5; float ph = fract(hash(cell) + uTime * 24.0); rip = uRain * sin((length(q) - ph * 0.7) * 34.0) * (1.0 - ph) * smoothstep(0.5, 0.1, length(q)) * smoothstep(40.0, 12.0, distance(uEye, p)); }
    vec2 bump = (vec2(noise(p.xz * 5.0), noise(p.xz * 5.0 + 40.0)) - 0.5) * vec2(0.012, 0.03) + rip * 0.012;
    float f = (0.06 + 0.94 * pow(1.0 - max(-d.y, 0.0), 4.0)) * k; float rough = mix(0.09, 0.02, k); vec3 mir = vec3(0.0); float ws = 0.0;
    for (int i = 0; i < 9; i++) { float o = (float(i) - 4.0) / 4.0; float g = exp(-o * o * 2.0); mir += g * texture(uMirror, clamp(vUv + bump + vec2(0.0, o * rough), 0.001, 0.999)).rgb; ws += g; }
    c *= 1.0 - 0.5 * k; c += f * mir / ws;
  }
#endif
  oColor = vec4(mix(uFog, c, exp(-distance(uEye, p) * uFogDensity)), 1.0);
}`;

/** Lays the oversampled moving layer over the town. */
export const OVERLAY = `${HEAD} in vec2 vUv; layout(location=0) out vec4 oColor; uniform sampler2D uOver;
void main() { oColor = texture(uOver, vUv); }`;

/** What the mirrored camera sees of the town, with sky where there is nothing. */
export const MIRROR_FILL = `${HEAD} in vec2 vUv; layout(location=0) out vec4 oColor; uniform sampler2D uOver, uDepth; uniform vec3 uSky;
void main() { oColor = vec4(texture(uDepth, vUv).r >= 1.0 ? uSky : texture(uOver, vUv).rgb, 1.0); }`;

/** Glow around lamps and light on the road: one quad each, added to the picture. */
export const SPRITE_VERTEX = `#version 300 es
layout(location=0) in vec4 aPlace; layout(location=1) in vec4 aColor; layout(location=2) in vec4 aShape;
uniform mat4 uViewProj; uniform vec3 uRight, uUp; uniform sampler2D uDepth; uniform float uClipY; out vec2 vQ; out vec3 vC; flat out float vKind;
void main() { vec2 q = vec2(gl_VertexID & 1, (gl_VertexID >> 1) & 1) * 2.0 - 1.0; vQ = q; vC = aColor.rgb; vKind = aShape.w;
  vec3 p = aPlace.xyz; float seen = 1.0;
  if (aShape.w < 0.5 || aShape.w > 1.5) { vec4 c = uViewProj * vec4(p, 1.0); vec3 s = c.xyz / c.w * 0.5 + 0.5; float back = texture(uDepth, s.xy).r;
      if (uClipY < -50.0) { float near = 0.3, far = 400.0; float zb = near * far / (far - back * (far - near)), zp = near * far / (far - s.z * (far - near)); seen = 1.0 - smoothstep(0.1, 0.5, zp - zb); }
      p += uRight * q.x * aPlace.w * aShape.x + uUp * q.y * aPlace.w * aShape.y; }
  else { float h = aShape.z; vec3 along = vec3(sin(h), 0.0, cos(h)), across = vec3(cos(h), 0.0, -sin(h)); p += across * q.x * aShape.x + along * q.y * aShape.y; }
  vC *= seen; gl_Position = uViewProj * vec4(p, 1.0); }`;

export const SPRITE = `${HEAD} in vec2 vQ; in vec3 vC; flat in float vKind; layout(location=0) out vec4 oColor;
void main() { float r = length(vQ); float a;
  if (vKind < 0.5) { a = exp(-r * r * 18.0) + 0.16 * exp(-r * r * 3.5) * smoothstep(1.0, 0.6, r); }
  else if (vKind < 1.5) { float y = vQ.y * 0.5 + 0.5; float wdt = mix(0.18, 0.9, y); a = exp(-pow(vQ.x / wdt, 2.0) * 2.2) * smoothstep(0.0, 0.12, y) * pow(1.0 - y, 1.3); }
  else if (vKind < 2.5) a = smoothstep(0.12, 0.0, abs(r - 0.7));
  else a = exp(-r * r * 4.0) * smoothstep(1.0, 0.7, r);
  oColor = vec4(vC * a, 0.0); }`;

export const BLUR = `${HEAD} in vec2 vUv; layout(location=0) out vec4 oColor; uniform sampler2D uFrom; uniform vec2 uStep; uniform float uFloor;
void main() { vec3 sum = vec3(0.0); float ws = 0.0; for (int i = -6; i <= 6; i++) { float g = exp(-float(i * i) / 14.0); sum += g * max(texture(uFrom, vUv + float(i) * uStep).rgb - uFloor, 0.0); ws += g; } oColor = vec4(sum / ws, 1.0); }`;

/** The sensor: exposure, tone curve and bloom, into the picture the lens pass reads. */
export const DEVELOP = `${HEAD} in vec2 vUv; layout(location=0) out vec4 oColor; uniform sampler2D uFrom, uBloom; uniform float uExposure, uBloomy;
void main() { vec3 c = (texture(uFrom, vUv).rgb + uBloomy * texture(uBloom, vUv).rgb) * uExposure;
  c = clamp((c * (2.51 * c + 0.03)) / (c * (2.43 * c + 0.59) + 0.14), 0.0, 1.0); oColor = vec4(pow(c, vec3(1.0 / 2.2)), 1.0); }`;

/** The camera: lens, rain, colour, sharpening and grain; rows come out top first. */
export const CAMERA = `${HEAD}${NOISE}
in vec2 vUv; layout(location=0) out vec4 oColor; uniform sampler2D uFrom; uniform float uSharpen, uVignette, uGrain, uLens, uSaturation, uRain, uDrops, uTime, uBlack; uniform vec3 uTint;
const float TAU = 6.2831853;
vec3 look(vec2 uv) { return texture(uFrom, uv).rgb; }
void main() {
  vec2 frame = vec2(vUv.x, 1.0 - vUv.y); float px = floor(vUv.y * 720.0); if (px < 48.0) { oColor = vec4(11.0, 15.0, 20.0, 255.0) / 255.0; return; }
  vec2 q = frame - 0.5; float r2 = dot(q * vec2(1.778, 1.0), q * vec2(1.778, 1.0)); vec2 uv = 0.5 + q * (1.0 - uLens * 0.9 + uLens * r2);
  float drop = 0.0;
#ifdef DROPS
  for (int layer = 0; layer < 2; layer++) { float sc = layer == 0 ? 7.0 : 16.0; vec2 g = frame * vec2(1.778, 1.0) * sc; vec2 cell = floor(g); float h = hash(cell + float(layer) * 31.0);
    if (h > 0.87) { vec2 f = fract(g) - 0.5 - (vec2(hash(cell + 3.0), hash(cell + 8.0)) - 0.5) * 0.5; f.y *= 0.8; float rad = 0.07 + 0.13 * hash(cell + 5.0); float l = length(f) / rad;
      if (l < 1.0) { uv -= f / sc * 3.2 * (1.0 - l * l * 0.6) * uDrops; drop = max(drop, smoothstep(1.0, 0.6, l)); } } }
#endif
  uv = clamp(uv, 0.001, 0.999); vec2 t = vec2(1.0 / 1280.0, 1.0 / 720.0);
  vec3 c = look(uv); c.r = mix(c.r, look(uv + q * 0.0014).r, 0.7); c.b = mix(c.b, look(uv - q * 0.0014).b, 0.7);
#ifdef DROPS
  if (drop > 0.0) { vec3 b = vec3(0.0); for (int i = 0; i < 8; i++) { float a = float(i) * 0.785; b += look(clamp(uv + vec2(cos(a), sin(a)) * 0.006, 0.001, 0.999)); } c = mix(c, b / 8.0 * 1.04, drop * 0.55); }
  else
#endif
  { vec3 b = (look(uv + t * vec2(1.4, 0)) + look(uv - t * vec2(1.4, 0)) + look(uv + t * vec2(0, 1.4)) + look(uv - t * vec2(0, 1.4))) * 0.25; vec3 sharp = c - b; c += clamp(sharp * uSharpen, -0.14, 0.14); }
#ifdef RAIN
  for (int i = 0; i < 3; i++) { float fi = float(i); float sc = 34.0 + 26.0 * fi; vec2 g = vec2((frame.x * 1.778 + (frame.y) * 0.10) * sc, frame.y * (1.5 + 0.6 * fi)); float col = floor(g.x); float sp = 9.0 + floor(hash(vec2(col, fi)) * 4.0);
    float y = g.y + fract(uTime * sp) * (1.5 + 0.6 * fi) / (1.5 + 0.6 * fi) + hash(vec2(col, fi + 2.0)); float cellY = mod(floor(y), 1.0); float fy = fract(y);
    float on = step(0.55, hash(vec2(col, fi + 7.0))); float x = abs(fract(g.x) - 0.5 - (hash(vec2(col, 4.0)) - 0.5) * 0.6); float st = smoothstep(0.07 + 0.02 * fi, 0.0, x) * smoothstep(0.0, 0.04, fy) * smoothstep(0.16, 0.08, fy); c += on * st * uRain * vec3(0.13, 0.135, 0.14) / (1.0 + 0.4 * fi); }
#endif
  float l = dot(c, vec3(0.3, 0.59, 0.11)); c = mix(vec3(l), c, uSaturation) * uTint; c *= 1.0 - uVignette * r2; c = c * (1.0 - uBlack) + uBlack;
  c += (hash(floor(frame * vec2(1280, 720) * 0.5) + 0.5) + hash(floor(frame * vec2(1280, 720)) + 9.5) - 1.0) * uGrain;
  oColor = vec4(clamp(c, 0.0, 1.0), 1.0);
}`;

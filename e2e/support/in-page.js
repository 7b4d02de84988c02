// Runs inside the pages under test, before their own scripts; the browser's debugger injects it, so that no
// content security policy applies. It only looks: `pantauProbe.video()` and its sisters are what tests may ask.
(() => {
  const violations = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    violations.push(`${event.violatedDirective}: ${event.blockedURI}`);
  });

  const CLOCK_CELLS = 48;
  const CLOCK_HEIGHT = 24;
  const MAX_RECORDED = 20_000;
  const canvas = document.createElement('canvas');
  let recorded = [];
  let recordedVideo = null;

  /** What a thumb may hit instead of the control itself: its labels, and the box that a link is stretched over by `::after`. */
  function targetsBeside(element) {
    const after = getComputedStyle(element, '::after');
    const isStretched = after.content !== 'none' && after.position === 'absolute' && after.inset === '0px';
    let box = isStretched ? element : null;
    while (box && getComputedStyle(box).position === 'static') box = box.parentElement;
    return [...(element.labels ?? []), ...(box ? [box] : [])];
  }

  globalThis.pantauProbe = {
    violations: () => violations,

    /** Facts of the page's first video element; null when there is none. */
    video() {
      const video = document.querySelector('video');
      if (!video) return null;
      const { buffered } = video;
      return {
        currentTime: video.currentTime,
        paused: video.paused,
        readyState: video.readyState,
        width: video.videoWidth,
        height: video.videoHeight,
        frames: video.getVideoPlaybackQuality().totalVideoFrames,
        droppedFrames: video.getVideoPlaybackQuality().droppedVideoFrames,
        audioBytes: video.webkitAudioDecodedByteCount ?? 0,
        bufferedAhead: buffered.length > 0 ? buffered.end(buffered.length - 1) - video.currentTime : 0,
        bufferedBehind: buffered.length > 0 ? video.currentTime - buffered.start(0) : 0,
        error: video.error ? `${video.error.code} ${video.error.message}` : null,
      };
    },

    /** Brightness of the clock's cells in the picture on screen, with the time of looking. */
    clock() {
      const video = document.querySelector('video');
      if (!video || video.videoWidth === 0) return null;
      canvas.width = video.videoWidth;
      canvas.height = CLOCK_HEIGHT;
      const context = canvas.getContext('2d', { willReadFrequently: true });
      const nowMs = Date.now();
      context.drawImage(video, 0, 0);
      const row = context.getImageData(0, CLOCK_HEIGHT / 2, canvas.width, 1).data;
      const brightness = [];
      for (let cell = 0; cell < CLOCK_CELLS; cell++) {
        brightness.push(row[Math.floor(((cell + 0.5) * canvas.width) / CLOCK_CELLS) * 4 + 1]);
      }
      return { nowMs, brightness };
    },

    /** From now on keeps, for each picture shown, when, its place in the media, its width and its clock's cells as text; returns what was kept before. */
    record() {
      const kept = recorded;
      recorded = [];
      const video = document.querySelector('video');
      if (!video || recordedVideo === video) return kept;
      recordedVideo = video;
      const keep = (_now, { mediaTime, width }) => {
        const look = globalThis.pantauProbe.clock();
        const cells = look ? look.brightness.map((light) => (light > 127 ? 1 : 0)).join('') : '';
        if (recorded.length < MAX_RECORDED)
          recorded.push({ atMs: performance.now(), mediaTime, width, cells });
        video.requestVideoFrameCallback(keep);
      };
      video.requestVideoFrameCallback(keep);
      return kept;
    },

    /** What an accessibility checker would find first: a list of sentences, empty when all is well. */
    accessibility() {
      const problems = [];
      const isShown = (element) =>
        element.getClientRects().length > 0 && getComputedStyle(element).visibility !== 'hidden';
      const textOf = (ids) =>
        (ids ?? '')
          .split(/\s+/)
          .map((id) => document.getElementById(id)?.textContent ?? '')
          .join(' ');
      const nameOf = (element) =>
        (
          element.getAttribute('aria-label') ||
          textOf(element.getAttribute('aria-labelledby')) ||
          [...(element.labels ?? [])].map((label) => label.textContent).join(' ') ||
          element.textContent ||
          [...element.querySelectorAll('img[alt]')].map((image) => image.alt).join(' ') ||
          element.getAttribute('title') ||
          ''
        ).trim();
      const describe = (element) => element.outerHTML.slice(0, 160);

      if (!document.documentElement.lang) problems.push('<html> has no lang');
      if (!document.title.trim()) problems.push('the document has no title');
      if (document.querySelectorAll('main').length !== 1) problems.push('there is not exactly one <main>');
      const headings = [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].filter(isShown);
      if (headings.filter((heading) => heading.tagName === 'H1').length !== 1) {
        problems.push('there is not exactly one visible <h1>');
      }
      let level = 0;
      for (const heading of headings) {
        const next = Number(heading.tagName[1]);
        if (next > level + 1)
          problems.push(`heading jumps from level ${level} to ${next}: ${describe(heading)}`);
        level = next;
      }
      for (const element of document.querySelectorAll(
        'button,a[href],input,select,textarea,[role=button],[tabindex="0"]',
      )) {
        if (isShown(element) && element.type !== 'hidden' && !nameOf(element))
          problems.push(`no name: ${describe(element)}`);
      }
      for (const image of document.querySelectorAll('img:not([alt])'))
        problems.push(`no alt: ${describe(image)}`);
      const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
      for (const id of new Set(ids.filter((candidate, index) => ids.indexOf(candidate) !== index))) {
        problems.push(`id used twice: ${id}`);
      }
      for (const element of document.querySelectorAll(
        '[aria-controls],[aria-labelledby],[aria-describedby]',
      )) {
        for (const name of ['aria-controls', 'aria-labelledby', 'aria-describedby']) {
          for (const id of (element.getAttribute(name) ?? '').split(/\s+/).filter(Boolean)) {
            if (name === 'aria-controls' && element.getAttribute('aria-expanded') === 'false') continue;
            if (!document.getElementById(id))
              problems.push(`${name} names nothing (${id}): ${describe(element)}`);
          }
        }
      }
      for (const element of document.querySelectorAll('[aria-hidden=true]')) {
        if (
          element.matches(':focus-within') ||
          element.querySelector('a[href],button:not([tabindex="-1"]),input')
        ) {
          if (isShown(element))
            problems.push(`hidden from readers, yet reachable by keyboard: ${describe(element)}`);
        }
      }
      return problems;
    },

    /** Widest overflow of the page to the right, CSS pixels: more than zero means sideways scrolling. */
    overflow: () => document.documentElement.scrollWidth - document.documentElement.clientWidth,

    /** Controls that a thumb cannot hit: smaller than `minimum` CSS pixels in a direction, and shown. What belongs to a control counts. */
    smallTargets(minimum) {
      return [...document.querySelectorAll('button,a[href],input,select,[role=button]')]
        .filter((element) => {
          const box = element.getBoundingClientRect();
          if (box.width === 0 || box.height === 0 || getComputedStyle(element).visibility === 'hidden')
            return false;
          if (element.matches('.sr-only, .sr-only *') || box.width <= 1) return false;
          const isInText = getComputedStyle(element).display === 'inline';
          const boxes = [box, ...targetsBeside(element).map((part) => part.getBoundingClientRect())];
          const width =
            Math.max(...boxes.map(({ right }) => right)) - Math.min(...boxes.map(({ left }) => left));
          const height =
            Math.max(...boxes.map(({ bottom }) => bottom)) - Math.min(...boxes.map(({ top }) => top));
          return !isInText && (width < minimum || height < minimum);
        })
        .map((element) => {
          const box = element.getBoundingClientRect();
          return `${Math.round(box.width)}x${Math.round(box.height)} ${element.outerHTML.slice(0, 120)}`;
        });
    },
  };
})();

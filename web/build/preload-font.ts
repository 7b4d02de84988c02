import type { Plugin } from 'vite';

const HEADING_FONT = /plus-jakarta-sans-latin-wght-normal-[\w-]+\.woff2$/;

/** Asks for the heading font while the style sheet is still on its way: one request less to wait for before names are drawn. */
export function preloadFont(): Plugin {
  return {
    name: 'pantau:preload-font',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, context) {
        const files = Object.keys(context.bundle ?? {}).filter((file) => HEADING_FONT.test(file));
        return files.map((file) => ({
          tag: 'link',
          attrs: { rel: 'preload', href: `/${file}`, as: 'font', type: 'font/woff2', crossorigin: '' },
          injectTo: 'head' as const,
        }));
      },
    },
  };
}

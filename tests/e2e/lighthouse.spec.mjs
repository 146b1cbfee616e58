// Lighthouse on the demo page as a host sends it, for a desktop.
//
// Speed is judged by simulation from what this machine does meanwhile, and what else it does only ever takes away:
// the best of a few runs counts, and one that is good enough is the last.
import lighthouse, { desktopConfig } from 'lighthouse';
import puppeteer from 'puppeteer-core';
import { expect, test } from '@playwright/test';
import { serve } from './serve.mjs';

const RUNS = 3, FAST = 95;

test('Lighthouse finds nothing wrong with the page, and nothing in it moves', async () => {
  test.setTimeout(400_000);
  const server = await serve({ root: 'dist', compress: true });
  try {
    let best = 0;
    for (let run = 0; run < RUNS && best < FAST; run++) {
      const { categories, audits } = await judge(server.url);
      const scores = Object.fromEntries(Object.values(categories).map(({ id, score }) => [id, Math.round(score * 100)]));
      const paint = audits['largest-contentful-paint'].displayValue, blocked = audits['total-blocking-time'].displayValue;
      console.log(`    Lighthouse, desktop: ${JSON.stringify(scores)}, largest paint ${paint}, blocked ${blocked}`);
      const faults = Object.values(categories).filter(({ id }) => id !== 'performance').flatMap(({ auditRefs }) => auditRefs)
        .map(({ id, weight }) => ({ ...audits[id], weight })).filter(({ score, weight }) => weight > 0 && score !== null && score < 1);
      expect(faults.map(({ id, title }) => `${id}: ${title}`)).toEqual([]);
      expect(scores).toMatchObject({ accessibility: 100, 'best-practices': 100, seo: 100 });
      expect(audits['cumulative-layout-shift'].numericValue).toBe(0);
      best = Math.max(best, scores.performance);
    }
    expect(best).toBeGreaterThanOrEqual(FAST);
  } finally {
    await server.stop();
  }
});

/** One run, in a browser of its own: what the one before has kept is not there. */
async function judge(url) {
  const browser = await puppeteer.launch({ executablePath: process.env.CHROME || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  try {
    return (await lighthouse(url, { logLevel: 'error' }, desktopConfig, await browser.newPage())).lhr;
  } finally {
    await browser.close();
  }
}

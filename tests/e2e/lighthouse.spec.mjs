// Lighthouse on the demo page as a host sends it, for a desktop.
//
// Accessibility, best practices and search engines are judged by what the page is, and must be perfect. Speed is
// judged by simulation from what this machine does meanwhile: beside the tests only what does not hang on the
// processor is a limit here, and the figure as such is printed.
import lighthouse, { desktopConfig } from 'lighthouse';
import puppeteer from 'puppeteer-core';
import { expect, test } from '@playwright/test';
import { serve } from './serve.mjs';

test('Lighthouse finds nothing wrong with the page, and nothing in it moves', async () => {
  test.setTimeout(240_000);
  const server = await serve({ root: 'dist', compress: true });
  const browser = await puppeteer.launch({ executablePath: process.env.CHROME || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const { lhr } = await lighthouse(server.url, { logLevel: 'error' }, desktopConfig, await browser.newPage());
    const scores = Object.fromEntries(Object.values(lhr.categories).map(({ id, score }) => [id, Math.round(score * 100)]));
    const paint = lhr.audits['largest-contentful-paint'].displayValue, blocked = lhr.audits['total-blocking-time'].displayValue;
    console.log(`    Lighthouse, desktop: ${JSON.stringify(scores)}, largest paint ${paint}, blocked ${blocked}`);
    const faults = Object.values(lhr.categories).filter(({ id }) => id !== 'performance').flatMap(({ auditRefs }) => auditRefs)
      .map(({ id, weight }) => ({ ...lhr.audits[id], weight })).filter(({ score, weight }) => weight > 0 && score !== null && score < 1);
    expect(faults.map(({ id, title }) => `${id}: ${title}`)).toEqual([]);
    expect(scores).toMatchObject({ accessibility: 100, 'best-practices': 100, seo: 100 });
    expect(lhr.audits['cumulative-layout-shift'].numericValue).toBe(0);
    expect(lhr.audits['first-contentful-paint'].score, 'the first paint waits for no program').toBeGreaterThanOrEqual(0.9);
  } finally {
    await browser.close();
    await server.stop();
  }
});

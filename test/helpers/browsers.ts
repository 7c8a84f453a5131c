import { existsSync } from 'node:fs';
import { chromeLauncher } from '@web/test-runner-chrome';
import { puppeteerLauncher } from '@web/test-runner-puppeteer';
import { webdriverLauncher } from '@web/test-runner-webdriver';

/** An engine that the elements are tested in, and the Debian packages that bring it. */
export interface Browser {
  readonly name: string;
  readonly packages: readonly string[];
  /** Where it may be; the first that exists is used. */
  readonly paths: readonly string[];
  readonly launcher: () => unknown;
}

/** The port of the WebKit driver, which `npm test` starts. */
export const WEBKIT_DRIVER_PORT = 4567;

const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

export const browsers: readonly Browser[] = [
  {
    name: 'Chromium',
    packages: ['chromium'],
    paths: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
    launcher() {
      return chromeLauncher({
        launchOptions: {
          executablePath: pathOf('Chromium'),
          // Pages that were left would go on living in its cache for a step back.
          args: ['--no-sandbox', '--js-flags=--expose-gc', '--disable-features=BackForwardCache', ...QUIET],
        },
      });
    },
  },
  {
    name: 'Firefox',
    packages: ['firefox-esr'],
    paths: ['/usr/bin/firefox-esr', '/usr/bin/firefox'],
    launcher() {
      return puppeteerLauncher({
        launchOptions: { browser: 'firefox', executablePath: pathOf('Firefox'), headless: true },
      });
    },
  },
  {
    name: 'WebKit',
    packages: ['webkit2gtk-driver', 'xvfb'],
    paths: ['/usr/bin/WebKitWebDriver'],
    launcher() {
      // The types of the capabilities name only the engines that WebdriverIO knows itself.
      const capabilities: object = {
        browserName: 'MiniBrowser',
        'webkitgtk:browserOptions': { binary: miniBrowser(), args: ['--automation'] },
        'wdio:enforceWebDriverClassic': true,
      };
      return webdriverLauncher({ hostname: '127.0.0.1', port: WEBKIT_DRIVER_PORT, logLevel: 'error', capabilities });
    },
  },
];

/** Those of the engines that are on this machine, or that `BROWSERS` (names with commas) asks for among them. */
export function availableBrowsers(): readonly Browser[] {
  const asked = process.env.BROWSERS?.toLowerCase().split(',');
  return browsers.filter(({ name, paths }) => paths.some(existsSync) && (!asked || asked.includes(name.toLowerCase())));
}

export function pathOf(name: string): string {
  const found = browsers.find((browser) => browser.name === name)?.paths.find(existsSync);
  if (!found) throw new Error(`${name} is not on this machine`);
  return found;
}

function miniBrowser(): string {
  const versions = ['4.1', '4.0', '6.0'];
  const paths = versions.map(
    (version) =>
      `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/webkit2gtk-${version}/MiniBrowser`,
  );
  return paths.find(existsSync) ?? 'MiniBrowser';
}

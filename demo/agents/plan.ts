/** What the Clarifier has learned. */
export interface Brief {
  readonly purpose: string;
  readonly audience: Audience;
  readonly weeks: number;
  readonly platforms: readonly string[];
  readonly personalData: boolean;
}

/** Whom an app is for, and what that means for it. */
export interface Audience {
  readonly value: string;
  readonly label: string;
  readonly person: string;
  readonly wishes: readonly string[];
  /** What it could have, the most important first. */
  readonly features: readonly string[];
}

export interface ProductPlan {
  readonly promise: string;
  readonly first: readonly string[];
  readonly later: readonly string[];
}

export interface CustomerView {
  readonly person: string;
  readonly wants: readonly string[];
  /** What it will look for first, and not find. */
  readonly misses: string;
}

export interface Estimate {
  readonly parts: readonly string[];
  readonly weeks: number;
  readonly fits: boolean;
}

export interface RiskReport {
  readonly level: 'low' | 'medium' | 'high';
  readonly risks: readonly string[];
}

export const PLATFORMS = ['Web', 'iOS', 'Android'] as const;

export const AUDIENCES: readonly Audience[] = [
  {
    value: 'team',
    label: 'My own team',
    person: 'A colleague who has ten minutes a day for it',
    wishes: ['No second password', 'One place to look', 'Quiet unless something is due'],
    features: ['Sign-in with the account of the company', 'One shared list', 'A weekly digest', 'Export to a sheet'],
  },
  {
    value: 'customers',
    label: 'Paying customers',
    person: 'Someone who compares it with two others',
    wishes: ['To see it work before paying', 'A price without surprises', 'An answer within a day'],
    features: [
      'Sign-up and payment',
      'A first success in three screens',
      'Receipts',
      'A help desk',
      'Offers for teams',
    ],
  },
  {
    value: 'public',
    label: 'Anyone who finds it',
    person: 'A visitor who came by a link and gives it a minute',
    wishes: ['To use it without an account', 'A link that can be shared', 'A page that loads on a train'],
    features: ['A page that works without an account', 'Links to share', 'Search', 'Reports of abuse'],
  },
];

/** Weeks that each thing takes. */
const FEATURE = 2;
const PLATFORM = 1;
const PRIVACY = 1;

/** A brief in a sentence. */
export function describeBrief({ purpose, audience, weeks, platforms, personalData }: Brief): string {
  const data = personalData ? 'with' : 'without';
  return `“${purpose}”, for ${audience.label.toLowerCase()}, on ${listed(platforms)}, in ${counted(weeks, 'week')}, ${data} personal data`;
}

/** As many features come first as half of the time has room for. */
export function planProduct({ purpose, audience: { features }, weeks }: Brief): ProductPlan {
  const count = Math.min(features.length, Math.max(1, Math.floor(weeks / (2 * FEATURE))));
  return { promise: purpose, first: features.slice(0, count), later: features.slice(count) };
}

export function imagineCustomer({ audience }: Brief, { later: [next = 'Nothing'] }: ProductPlan): CustomerView {
  return { person: audience.person, wants: audience.wishes, misses: next };
}

export function estimate({ platforms, personalData, weeks }: Brief, { first }: ProductPlan): Estimate {
  const needed = first.length * FEATURE + platforms.length * PLATFORM + (personalData ? PRIVACY : 0);
  const parts = [
    ...platforms.map((platform) => `An app for ${platform}`),
    'One service behind them',
    ...(personalData ? ['A store for personal data, apart from the rest'] : []),
  ];
  return { parts, weeks: needed, fits: needed <= weeks };
}

export function findRisks({ audience, platforms, personalData, weeks }: Brief, plan: Estimate): RiskReport {
  const risks = [
    ...(plan.fits ? [] : [`It takes ${counted(plan.weeks, 'week')}, and there are ${weeks}`]),
    ...(personalData ? ['Personal data: decide what is kept, and for how long'] : []),
    ...(platforms.length > 1 ? [`${platforms.length} platforms: every change is made ${platforms.length} times`] : []),
    ...(audience.value === 'public' ? ['Anyone may write: somebody has to read the reports'] : []),
  ];
  const level = risks.length > 2 ? 'high' : risks.length > 0 ? 'medium' : 'low';
  return { level, risks: risks.length > 0 ? risks : ['None that would stop it'] };
}

export function summarize(brief: Brief, { first }: ProductPlan, plan: Estimate, { level }: RiskReport): string {
  const scope = `${counted(first.length, 'feature')} on ${listed(brief.platforms)}`;
  return `Project requirements gathered: “${brief.purpose}” starts with ${scope}, takes ${plan.weeks} of ${counted(brief.weeks, 'week')}, at ${level} risk.`;
}

export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function listed(names: readonly string[]): string {
  return new Intl.ListFormat('en').format(names);
}

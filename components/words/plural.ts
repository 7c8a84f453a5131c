type Form = (shown: string) => string;

/** A text by the plural rules of a language: `other` stands in for the forms that are not given. */
export function plural(
  language: string,
  forms: Partial<Record<Intl.LDMLPluralRule, Form>> & { readonly other: Form },
): (count: number, shown: string) => string {
  let rules: Intl.PluralRules | undefined;
  return (count, shown) => {
    rules ??= new Intl.PluralRules(language);
    return (forms[rules.select(count)] ?? forms.other)(shown);
  };
}

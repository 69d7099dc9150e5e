/** WCAG 2.2, 1.4.3: the contrast of every text on a page. */
import type { Page } from "playwright-core";

/** Texts under 4.5 to 1, with their ratio. Disabled controls are exempt. */
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const channels = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = ([red = 0, green = 0, blue = 0]: number[]): number => {
      const linear = [red, green, blue].map((channel) => {
        const share = channel / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
    };
    const background = (element: Element | null): number[] => {
      for (let at = element; at !== null; at = at.parentElement) {
        const color = channels(getComputedStyle(at).backgroundColor);
        if (color[3] === undefined || color[3] === 1) {
          return color;
        }
      }
      return [255, 255, 255];
    };
    const faint: string[] = [];
    for (const element of document.querySelectorAll("body *")) {
      const text = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent?.trim()).join("");
      const exempt = element.matches(":disabled, [aria-disabled=true], option, script") || element.getClientRects().length === 0;
      if (text === "" || exempt) {
        continue;
      }
      const style = getComputedStyle(element);
      const color = channels(element instanceof SVGElement ? style.fill : style.color);
      const [light, dark] = [luminance(color), luminance(background(element))].sort((one, other) => other - one);
      const ratio = ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
      if (ratio < 4.5) {
        faint.push(`${ratio.toFixed(2)}: ${text.slice(0, 40)}`);
      }
    }
    return faint;
  });
}

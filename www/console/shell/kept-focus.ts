/** What has the focus may go: a row that is removed, a button that has done its work. Then the part of the page around it gets the focus. */
import { type RefObject, useEffect } from "react";

export function useKeptFocus(place: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const { current } = place;
    if (current === null) {
      return;
    }
    /** Of what had the focus last, the innermost first. */
    let around: Element[] = [];
    const remember = ({ target }: FocusEvent): void => {
      around = [];
      for (let at = target instanceof Element ? target : null; at !== null && at !== current; at = at.parentElement) {
        around.push(at);
      }
    };
    const forget = ({ target }: FocusEvent): void => {
      if (target instanceof Node && !current.contains(target)) {
        around = [];
      }
    };
    const look = (): void => {
      const [last] = around;
      const focused = document.activeElement;
      const isLost = focused === null || focused === document.body || focused === last;
      if (last === undefined || !isLost || (last.isConnected && !last.matches(":disabled"))) {
        return;
      }
      const part = around.find((element) => element.isConnected && element.matches("section, form, [role=group]")) ?? current;
      if (part instanceof HTMLElement) {
        part.tabIndex = -1;
        part.focus({ preventScroll: true });
      }
    };
    const observer = new MutationObserver(look);
    observer.observe(current, { subtree: true, childList: true, attributeFilter: ["disabled"] });
    current.addEventListener("focusin", remember);
    document.addEventListener("focusin", forget);
    return () => {
      observer.disconnect();
      current.removeEventListener("focusin", remember);
      document.removeEventListener("focusin", forget);
    };
  }, [place]);
}

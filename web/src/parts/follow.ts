import { useEffect, useRef, type RefObject } from "react";

const kNearPixels = 160;

/** Keeps the end of a growing text in view, unless its reader has scrolled away from it. */
export function useFollow<T extends HTMLElement>(jumpKey: unknown, growKey: unknown): RefObject<T> {
  const box = useRef<T>(null);
  const near = useRef(true);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = () => {
      near.current = element.scrollHeight - element.scrollTop - element.clientHeight < kNearPixels;
    };
    element.addEventListener("scroll", watch, { passive: true });
    return () => element.removeEventListener("scroll", watch);
  }, []);
  useEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [jumpKey]);
  useEffect(() => {
    if (near.current) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [growKey]);
  return box;
}

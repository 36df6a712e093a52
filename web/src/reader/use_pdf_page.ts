import { TextLayer, type PDFDocumentProxy } from "pdfjs-dist";
import { useEffect, useState, type RefObject } from "react";

const kMaxCanvasPixels = 16_000_000;

export interface PageSize {
  /** In points. */
  width: number;
  height: number;
}

/** Draws one page at a width into the canvas and its words, for selecting and for screen readers, into the layer. */
export function usePdfPage(
  pdf: PDFDocumentProxy | null,
  number: number,
  cssWidth: number,
  canvas: RefObject<HTMLCanvasElement | null>,
  layer: RefObject<HTMLDivElement | null>,
): { size: PageSize | null; failed: boolean } {
  const [size, setSize] = useState<PageSize | null>(null);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    if (!pdf || cssWidth <= 0) return;
    let stopped = false;
    let cancel: () => void = () => undefined;
    const draw = async () => {
      const page = await pdf.getPage(number);
      const points = page.getViewport({ scale: 1 });
      if (stopped || !canvas.current || !layer.current) return;
      setSize({ width: points.width, height: points.height });
      const scale = cssWidth / points.width;
      const cssPixels = cssWidth * points.height * scale;
      // A poster-sized page must not ask for a canvas that the browser refuses.
      const density = Math.min(devicePixelRatio || 1, 2, Math.sqrt(kMaxCanvasPixels / cssPixels));
      const viewport = page.getViewport({ scale: scale * density });
      canvas.current.width = Math.floor(viewport.width);
      canvas.current.height = Math.floor(viewport.height);
      const task = page.render({ canvas: canvas.current, viewport });
      cancel = () => task.cancel();
      await task.promise;
      if (stopped || !layer.current) return;
      layer.current.replaceChildren();
      layer.current.style.setProperty("--total-scale-factor", String(scale));
      const words = new TextLayer({
        textContentSource: page.streamTextContent(),
        container: layer.current,
        viewport: page.getViewport({ scale }),
      });
      cancel = () => words.cancel();
      await words.render();
    };
    setFailed(false);
    draw().catch(() => {
      if (!stopped) setFailed(true);
    });
    return () => {
      stopped = true;
      cancel();
    };
  }, [pdf, number, cssWidth, canvas, layer]);
  return { size, failed };
}

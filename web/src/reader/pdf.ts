import { getDocument, GlobalWorkerOptions, type PDFDocumentProxy } from "pdfjs-dist";
import workerUrl from "pdfjs-dist/build/pdf.worker.min.mjs?url";

declare const __PDF_FILES__: string;

/** Opens a PDF from our own server. All that pdf.js needs besides comes from the same origin; no scripts of the PDF run. */
export function openPdf(url: string): { promise: Promise<PDFDocumentProxy>; close: () => void } {
  GlobalWorkerOptions.workerSrc = workerUrl;
  const task = getDocument({
    url,
    cMapUrl: `${__PDF_FILES__}cmaps/`,
    standardFontDataUrl: `${__PDF_FILES__}standard_fonts/`,
    wasmUrl: `${__PDF_FILES__}wasm/`,
    // The policy of the page lets no WebAssembly in; the decoders exist as JavaScript too.
    useWasm: false,
    isEvalSupported: false,
    enableXfa: false,
    stopAtErrors: false,
    maxImageSize: 64 * 1024 * 1024,
    verbosity: 0,
  });
  return { promise: task.promise, close: () => void task.destroy() };
}

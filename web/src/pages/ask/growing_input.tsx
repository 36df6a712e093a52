import { Input, type GetProps, type GetRef } from "antd";
import { forwardRef, useEffect, useImperativeHandle, useRef } from "react";

const kMostPixels = 220;

/**
 * A text field that grows with its text. antd's own `autoSize` measures with a style attribute, which the policy of the page
 * forbids; setting the height from a script is allowed.
 */
export const GrowingInput = forwardRef<GetRef<typeof Input.TextArea>, GetProps<typeof Input.TextArea>>(
  function GrowingInput({ autoSize: _autoSize, ...rest }, ref) {
    const inner = useRef<GetRef<typeof Input.TextArea>>(null);
    useImperativeHandle(ref, () => inner.current as GetRef<typeof Input.TextArea>);
    useEffect(() => {
      const area = inner.current?.resizableTextArea?.textArea;
      if (!area) return;
      area.style.height = "auto";
      area.style.height = `${Math.min(area.scrollHeight, kMostPixels)}px`;
    }, [rest.value]);
    return <Input.TextArea {...rest} ref={inner} rows={1} />;
  },
);

import { Select } from "antd";
import type { Collection } from "../api/library";
import { useText } from "../lang/language";
import { oneLine } from "../text/printable";

/** None chosen means all that one may read. */
export function CollectionPicker(props: {
  collections: Collection[];
  chosen: number[];
  label: string;
  onChange: (chosen: number[]) => void;
}) {
  const { common } = useText();
  if (props.collections.length < 2) return null;
  return (
    <Select
      mode="multiple"
      size="small"
      variant="borderless"
      className="collection-picker"
      popupMatchSelectWidth={false}
      maxTagCount="responsive"
      value={props.chosen}
      placeholder={common.allCollections}
      aria-label={props.label}
      optionFilterProp="label"
      options={props.collections.map((one) => ({ value: one.id, label: oneLine(one.name) }))}
      onChange={props.onChange}
    />
  );
}

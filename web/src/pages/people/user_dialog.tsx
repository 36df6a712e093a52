import { Form, Input, Modal, Select, Switch } from "antd";
import type { Group, User, UserChange } from "../../api/people";
import type { Role } from "../../api/session";
import { useApi, useMe } from "../../app/session";
import { useText } from "../../lang/language";
import { useAction } from "../../parts/action";
import { oneLine } from "../../text/printable";
import { kPasswordChars } from "../../text/password";

interface Values {
  name: string;
  password?: string;
  role: Role;
  groups: number[];
  disabled: boolean;
}

export function UserDialog(props: {
  user: User | null;
  groups: Group[];
  onClose: () => void;
  onSaved: () => void;
}) {
  const { admin, common, signin } = useText();
  const api = useApi();
  const me = useMe();
  const { busy, act } = useAction();
  const [form] = Form.useForm<Values>();
  const { user } = props;
  const self = user?.id === me.user.id;

  const save = async ({ name, password, role, groups, disabled }: Values) => {
    const change: UserChange = { role, groups, disabled, ...(password && { password }) };
    const work = () =>
      user
        ? api.people.changeUser(user.id, change)
        : api.people.addUser({ name: name.trim(), password: password ?? "", role, groups });
    if (await act(work, common.saved)) props.onSaved();
  };
  return (
    <Modal
      open
      title={user ? admin.editUser(oneLine(user.name)) : admin.addUser}
      okText={user ? common.save : common.add}
      confirmLoading={busy}
      onOk={() => form.submit()}
      onCancel={props.onClose}
    >
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={user ?? { role: "reader", groups: [], disabled: false }}
        onFinish={(values) => void save(values)}
      >
        {!user && (
          <Form.Item
            name="name"
            label={common.name}
            rules={[{ required: true, whitespace: true, message: signin.needName }]}
          >
            <Input maxLength={64} autoComplete="off" />
          </Form.Item>
        )}
        {!user?.external && (
          <Form.Item
            name="password"
            label={user ? admin.newPassword : admin.password}
            extra={user ? admin.newPasswordHint : signin.passwordHint(kPasswordChars)}
            rules={[{ required: !user, min: kPasswordChars, message: signin.tooShort(kPasswordChars) }]}
          >
            <Input.Password maxLength={1000} autoComplete="new-password" />
          </Form.Item>
        )}
        <Form.Item name="role" label={admin.role}>
          <Select
            disabled={self}
            options={(Object.keys(common.roles) as Role[]).map((role) => ({
              value: role,
              label: `${common.roles[role]} · ${common.roleHints[role]}`,
            }))}
          />
        </Form.Item>
        <Form.Item name="groups" label={admin.groupsOf}>
          <Select
            mode="multiple"
            optionFilterProp="label"
            options={props.groups.map((group) => ({ value: group.id, label: oneLine(group.name) }))}
          />
        </Form.Item>
        {user && !self && (
          <Form.Item
            name="disabled"
            label={admin.disabled}
            extra={admin.disabledHint}
            valuePropName="checked"
          >
            <Switch />
          </Form.Item>
        )}
      </Form>
    </Modal>
  );
}

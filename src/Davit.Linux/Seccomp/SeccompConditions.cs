namespace Davit.Linux.Seccomp;

/// <summary>Code that returns an action when all conditions hold, and falls through when one does not.</summary>
internal sealed class SeccompConditions(IReadOnlyList<SeccompCondition> conditions)
{
    private readonly List<BpfInstruction> _code = [];

    /// <summary>Jumps to patch: where, and whether the true or the false side leaves the block.</summary>
    private readonly List<(int At, bool OnTrue)> _leave = [];

    internal List<BpfInstruction> Compile(uint action)
    {
        foreach (var condition in conditions) Add(condition);
        _code.Add(BpfInstruction.Return(action));
        foreach (var (at, onTrue) in _leave)
        {
            var distance = checked((byte)(_code.Count - at - 1));
            _code[at] = onTrue ? _code[at] with { True = distance } : _code[at] with { False = distance };
        }

        return _code;
    }

    private void Add(SeccompCondition condition)
    {
        var low = (uint)(16 + (condition.Index * 8));
        var high = low + 4;
        var (valueLow, valueHigh) = ((uint)condition.Value, (uint)(condition.Value >> 32));
        switch (condition.Comparison)
        {
            case SeccompComparison.Equal:
                Load(high).LeaveUnless(BpfInstruction.JumpIfEqual, valueHigh).Load(low).LeaveUnless(BpfInstruction.JumpIfEqual, valueLow);
                break;
            case SeccompComparison.NotEqual:
                // another high half decides; else the low half must differ
                Load(high)._code.Add(BpfInstruction.Jump(BpfInstruction.JumpIfEqual, valueHigh, 0, 2));
                Load(low).LeaveWhen(BpfInstruction.JumpIfEqual, valueLow);
                break;
            case SeccompComparison.MaskedEqual:
                Load(high).Mask(valueHigh).LeaveUnless(BpfInstruction.JumpIfEqual, (uint)(condition.Second >> 32));
                Load(low).Mask(valueLow).LeaveUnless(BpfInstruction.JumpIfEqual, (uint)condition.Second);
                break;
            case SeccompComparison.Greater:
                Ordered(low, high, valueLow, valueHigh, BpfInstruction.JumpIfGreater, greater: true);
                break;
            case SeccompComparison.GreaterOrEqual:
                Ordered(low, high, valueLow, valueHigh, BpfInstruction.JumpIfGreaterOrEqual, greater: true);
                break;
            case SeccompComparison.Less:
                Ordered(low, high, valueLow, valueHigh, BpfInstruction.JumpIfGreaterOrEqual, greater: false);
                break;
            default:
                Ordered(low, high, valueLow, valueHigh, BpfInstruction.JumpIfGreater, greater: false);
                break;
        }
    }

    /// <summary>High half: greater decides one way, less the other way, equal asks the low half.</summary>
    private void Ordered(uint low, uint high, uint valueLow, uint valueHigh, ushort lowTest, bool greater)
    {
        Load(high);
        if (greater)
        {
            // greater: skip the next three and go on; else it must be equal
            _code.Add(BpfInstruction.Jump(BpfInstruction.JumpIfGreater, valueHigh, 3, 0));
            LeaveUnless(BpfInstruction.JumpIfEqual, valueHigh);
            Load(low).LeaveUnless(lowTest, valueLow);
        }
        else
        {
            LeaveWhen(BpfInstruction.JumpIfGreater, valueHigh);
            _code.Add(BpfInstruction.Jump(BpfInstruction.JumpIfEqual, valueHigh, 0, 2));
            Load(low).LeaveWhen(lowTest, valueLow);
        }
    }

    private SeccompConditions Load(uint offset)
    {
        _code.Add(BpfInstruction.LoadWord(offset));
        return this;
    }

    private SeccompConditions Mask(uint mask)
    {
        _code.Add(BpfInstruction.And(mask));
        return this;
    }

    private SeccompConditions LeaveUnless(ushort test, uint value)
    {
        _leave.Add((_code.Count, false));
        _code.Add(BpfInstruction.Jump(test, value, 0, 0));
        return this;
    }

    private void LeaveWhen(ushort test, uint value)
    {
        _leave.Add((_code.Count, true));
        _code.Add(BpfInstruction.Jump(test, value, 0, 0));
    }
}

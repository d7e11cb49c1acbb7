using Davit.Engine.Containers.Model;

namespace Davit.Engine.Containers.Views;

/// <summary>The status column of <c>ps</c>.</summary>
internal static class StatusText
{
    public static string Of(StateModel state, DateTimeOffset now)
    {
        if (state.Restarting) return $"Restarting ({state.ExitCode}) {DurationText.Of(now - state.FinishedAt)} ago";
        if (state.Running)
        {
            var up = "Up " + DurationText.Of(now - state.StartedAt);
            if (state.Paused) return up + " (Paused)";
            return state.Health switch
            {
                null => up,
                { Status: "starting" } => up + " (health: starting)",
                var health => $"{up} ({health.Status})",
            };
        }

        if (state.RemovalInProgress) return "Removal In Progress";
        if (state.Dead) return "Dead";
        if (state.StartedAt == default) return "Created";
        return state.FinishedAt == default ? "" : $"Exited ({state.ExitCode}) {DurationText.Of(now - state.FinishedAt)} ago";
    }
}

using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Davit.Primitives;

namespace Davit.Engine.Containers;

/// <summary>Names of containers: what is allowed, and names made up for those without one.</summary>
internal static partial class ContainerName
{
    private static readonly string[] Adjectives =
    [
        "able", "agile", "amber", "ample", "apt", "bold", "brave", "breezy", "bright", "brisk", "calm", "candid", "careful", "cheerful", "clear", "clever", "cosy", "crisp", "curious",
        "daring", "deft", "eager", "early", "earnest", "easy", "elegant", "fair", "festive", "fine", "firm", "fleet", "fluent", "fond", "frank", "fresh", "gentle", "glad", "golden",
        "grand", "handy", "happy", "hardy", "hearty", "honest", "humble", "jolly", "keen", "kind", "lively", "loyal", "lucid", "lucky", "merry", "mild", "modest", "neat", "nimble", "noble",
        "patient", "placid", "polite", "prime", "proud", "quick", "quiet", "ready", "robust", "serene", "sharp", "silent", "sleek", "snug", "sober", "solid", "spry", "stable", "steady",
        "still", "stoic", "sturdy", "subtle", "sunny", "swift", "tidy", "tranquil", "trusty", "upbeat", "valiant", "vivid", "warm", "wise", "witty", "zesty",
    ];

    private static readonly string[] Surnames =
    [
        "abel", "ampere", "archimedes", "babbage", "banach", "bell", "bernoulli", "blackwell", "bohr", "boole", "born", "bose", "brahe", "cantor", "carson", "cauchy", "cerf", "chandra",
        "church", "copernicus", "curie", "cuvier", "dalton", "darwin", "davy", "dijkstra", "dirac", "edison", "einstein", "erdos", "euclid", "euler", "faraday", "fermat", "fermi", "feynman",
        "fourier", "franklin", "galileo", "galois", "gauss", "germain", "goedel", "goodall", "hamilton", "hawking", "heisenberg", "hertz", "hilbert", "hodgkin", "hooke", "hopper", "hubble",
        "huygens", "hypatia", "jacobi", "joliot", "joule", "kepler", "khayyam", "kirchhoff", "knuth", "kowalevski", "lagrange", "lamarr", "laplace", "lavoisier", "leibniz", "linnaeus",
        "lovelace", "mandelbrot", "maxwell", "mayer", "mcclintock", "meitner", "mendel", "mendeleev", "minsky", "napier", "nash", "newton", "nightingale", "nobel", "noether", "ohm",
        "oppenheimer", "pascal", "pasteur", "pauli", "perlman", "planck", "poincare", "ptolemy", "raman", "ramanujan", "riemann", "ritchie", "roentgen", "rutherford", "sagan", "shannon",
        "tesla", "thales", "thompson", "torvalds", "turing", "volta", "watt", "wegener", "wiles", "wilson", "wozniak", "wright", "yalow",
    ];

    /// <summary>Checks a name that a user gave and drops a leading slash.</summary>
    /// <exception cref="DavitException">InvalidArgument.</exception>
    public static string Check(string name)
    {
        var bare = name.StartsWith('/') ? name[1..] : name;
        if (!Pattern().IsMatch(bare))
        {
            throw new DavitException(ErrorKind.InvalidArgument, $"Invalid container name (/{bare}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }

        return bare;
    }

    /// <summary>A name that is not taken: an adjective and a scientist.</summary>
    public static string Invent(Func<string, bool> isTaken)
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            var name = Pick(Adjectives) + "_" + Pick(Surnames);
            if (!isTaken(name)) return name;
        }

        string numbered;
        do numbered = $"{Pick(Adjectives)}_{Pick(Surnames)}{RandomNumberGenerator.GetInt32(1_000_000)}";
        while (isTaken(numbered));
        return numbered;
    }

    private static string Pick(string[] words) => words[RandomNumberGenerator.GetInt32(words.Length)];

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9_.-]+$")]
    private static partial Regex Pattern();
}

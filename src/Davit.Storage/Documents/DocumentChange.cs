namespace Davit.Storage.Documents;

/// <summary>One change of a document.</summary>
/// <param name="Collection">Name of the collection.</param>
/// <param name="Key">Key of the document in it.</param>
/// <param name="Value">UTF-8 JSON, or null to delete the document.</param>
public readonly record struct DocumentChange(string Collection, string Key, byte[]? Value);
